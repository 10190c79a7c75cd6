/** Credentials, for people: by their names alone. */
import type { Milliseconds } from "../time.ts";
import type {
  InstallLinkReport,
  RoomPasswordReport,
  RotatedReport,
  SecretReport,
} from "../secrets-operations.ts";
import { plain } from "./plain-text.ts";
import { table } from "./table.ts";
import { lengthText } from "./times.ts";

export function renderSecrets(secrets: readonly SecretReport[]): string {
  if (secrets.length === 0) return "The store has no secrets.\n";
  const rows = secrets.map(({ account, kind, key, known }) => [
    account,
    kind,
    known ? String(key) : `${key}, which is not here`,
  ]);
  return table([["ACCOUNT", "SECRET", "KEY"], ...rows]);
}

export function renderRotated({ key, secrets, given }: RotatedReport): string {
  const old = given ? "Older keys may be taken out of secrets_key now." : "Older keys are gone.";
  return `Key ${key} encrypts from now on; ${secrets} secrets were encrypted anew. ${old}\n`;
}

export function renderRoomPassword({ account, room, kept }: RoomPasswordReport): string {
  const name = plain(`${account}:${room}`);
  return kept
    ? `The password of ${name} is kept, encrypted. The gateway enters with it from the next time on.\n`
    : `The gateway has no password of ${name} any more.\n`;
}

export function renderInstallLink({ account, url, until }: InstallLinkReport, now: Milliseconds): string {
  return (
    `${plain(url)}\n\n` +
    `Open it in a browser within ${lengthText(until - now)}, as somebody who may install apps. It is good once, ` +
    `for account ${plain(account)}; whoever has it can use it.\n`
  );
}
