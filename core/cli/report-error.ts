/** A command's failure, for people on standard error or as JSON on standard output. */
import { ConfigError, formatMistake } from "../config/mistakes.ts";
import type { GatewayError } from "../errors.ts";
import { ContentFault } from "./content-fault.ts";
import type { Io } from "./io.ts";
import { jsonText, plain } from "./plain-text.ts";

export function reportError(error: GatewayError, json: boolean, io: Io): void {
  const { code, detail } = error;
  const mistakes = error instanceof ConfigError ? error.mistakes : null;
  const rule = error instanceof ContentFault ? error.rule : null;
  if (json) {
    const said = {
      code,
      ...(rule === null ? {} : { rule }),
      detail,
      ...(mistakes === null ? {} : { mistakes }),
    };
    io.out(jsonText({ error: said }));
  } else if (mistakes === null) {
    io.err(`mimi-gateway: ${code}: ${rule === null ? "" : `${rule}: `}${plain(detail)}\n`);
    if (code === "internal" && error.cause instanceof Error) io.err(`${error.cause.stack ?? ""}\n`);
  } else {
    const lines = mistakes.map((mistake) => `${plain(formatMistake(mistake))}\n`);
    io.err(`${lines.join("")}mimi-gateway: ${code}: ${mistakes.length} to correct\n`);
  }
}
