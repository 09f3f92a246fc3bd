using OrleansDiffusion.Cli;

return await CommandLine.RunAsync(args);
