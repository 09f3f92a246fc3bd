return await OrleansDiffusion.Cli.CommandLine.RunAsync(args);
