/** `${NAME}` in values of gateway.yaml. */
import type { ConfigDocument } from "./document.ts";
import type { Fault } from "./mistakes.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\$\{|\$\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\}|\$\{/g;

/**
 * Puts environment variables into the document's values; `$${` stands for the characters `${`. What is put in
 * is not looked at again. Returns what could not be put in, which stays empty.
 */
export function substituteEnvironment(document: ConfigDocument, env: Environment): readonly Fault[] {
  const faults: Fault[] = [];
  document.mapTexts((text, path) => {
    const complain = (message: string, remedy: string): string => {
      faults.push({ path, message, remedy });
      return "";
    };
    return text.replace(REFERENCE, (found: string, name: string | undefined) => {
      if (found === "$${") return "${";
      if (name === undefined) {
        return complain("has ${ without a variable's name and }", "write ${NAME}, or $${ for the characters");
      }
      return env[name] ?? complain(`needs the environment variable ${name}, which is not set`, `set ${name}`);
    });
  });
  return faults;
}
