// Starts the emulator, and ends it with the process that holds the other end of standard input.
process.stdin.on("end", () => process.exit()).resume();
require("./node_modules/azurite/dist/src/blob/main.js");
