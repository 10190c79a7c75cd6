/** The log: JSON lines without secrets, and without message texts unless they are asked for twice. */
import type { DestinationStream, Logger } from "pino";
import { pino } from "pino";

export type { Logger } from "pino";

export interface LogOptions {
  readonly level: "trace" | "debug" | "info" | "warn" | "error";
  /** Message texts, which are logged under the key `body`, come out; at level trace only. */
  readonly bodies: boolean;
  /** Texts that must never come out, whatever they are a part of; those of under four characters are let through. */
  readonly secrets?: readonly string[];
  /** Where lines go; standard output where none is given, written at once so that a crash keeps the last ones. */
  readonly stream?: DestinationStream;
}

const REDACTED = "[redacted]";
const SHORTEST_SECRET = 4;
const TRACE = 10;

/** What access tokens, passwords in URLs and proofs of a shared secret look like wherever they stand. */
const TOKEN =
  /xox[abeprs]-[\w-]+|xapp-[\w-]+|syt_\w+|\bBearer\s+[\w.~+/-]{16,}=*|(?<=<handshake\b[^<>]*>)[^<"\\]+/gi;
const URL_PASSWORD = /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@"]*:)[^\s/?#"\\]+(?=@)/gi;
/** A text in a line of JSON, quotes included. */
const JSON_TEXT = /"(?:[^"\\]|\\.)*"/g;

/** More would be those of accounts whose credentials were changed long ago. */
const MOST_KEPT_OUT = 200;
/** As they stand in JSON. */
const keptOut = new Set<string>();

/** Keeps a text that became known while the process ran (a token that was renewed) out of every log of the process. */
export function keepOut(secret: string): void {
  if (secret.length < SHORTEST_SECRET) return;
  const text = inJson(secret);
  // Said again, it is the newest.
  keptOut.delete(text);
  keptOut.add(text);
  const [oldest = ""] = keptOut;
  if (keptOut.size > MOST_KEPT_OUT) keptOut.delete(oldest);
}

/** Keys whose values are left out at the first three levels; deeper ones are caught by value only. */
const SECRET_KEYS = ["secret", "password", "token", "authorization", "cookie"];

/** A logger. Errors are written whole, with code, detail and causes, under the keys err, error and cause. */
export function createLogger(options: LogOptions): Logger {
  const withBodies = options.bodies && options.level === "trace";
  const clean = cleaner(options.secrets ?? []);
  const error = pino.stdSerializers.err;
  return pino(
    {
      level: options.level,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: error, error, cause: error },
      redact: {
        paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]),
        censor: REDACTED,
      },
      hooks: {
        streamWrite: clean,
        logMethod(args, method, level) {
          const [fields] = args;
          const told =
            typeof fields === "object" &&
            fields !== null &&
            "body" in fields &&
            !(withBodies && level === TRACE)
              ? withoutBody(fields)
              : fields;
          method.apply(this, [told, ...args.slice(1)] as typeof args);
        },
      },
    },
    options.stream ?? pino.destination({ dest: 1, sync: true }),
  );
}

function withoutBody(fields: object): object {
  return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== "body"));
}

/** Takes secrets out of a finished line. A line stays JSON, since only the inside of its texts is changed. */
function cleaner(secrets: readonly string[]): (line: string) => string {
  const configured = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length)
    .map(inJson);
  return (line) => {
    const values = [...keptOut, ...configured];
    const plain = line.replace(TOKEN, REDACTED).replace(URL_PASSWORD, REDACTED);
    if (!values.some((value) => plain.includes(value))) return plain;
    return plain.replace(JSON_TEXT, (text) => {
      const inside = text.slice(1, -1);
      return `"${values.reduce((rest, value) => rest.replaceAll(value, REDACTED), inside)}"`;
    });
  };
}

/** As it stands inside of a text in JSON. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
