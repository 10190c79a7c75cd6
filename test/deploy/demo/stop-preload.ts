/** Loaded before the demo: it stands still once it has printed a line with the words STOPS_AT, until it is told to go on. */
const words = process.env["STOPS_AT"] ?? "";
const log = console.log.bind(console);
if (words !== "")
  console.log = (...said: unknown[]): void => {
    log(...said);
    if (String(said[0]).includes(words)) process.kill(process.pid, "SIGSTOP");
  };
