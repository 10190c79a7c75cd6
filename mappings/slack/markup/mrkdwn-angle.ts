/** What stands between `<` and `>` in mrkdwn: users, channels, everybody, groups of users, dates and links. */
import type { Run } from "../../markup/flat.ts";
import { unescapeText } from "./escape.ts";
import type { Reading } from "./reading.ts";
import { broadcastRun, channelRun, dateText, linkRun, textRun, usergroupRun, userRun } from "./references.ts";

const SUBTEAM = "subteam^";
const DATE = "date^";
const ID = /^[A-Z0-9]{1,64}$/;
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]{0,31}:/;

/** The run that `inner` (what is between the angle brackets, escaped) stands for; null: it is no token. */
export function angleRun(inner: string, reading: Reading): Run | null {
  const bar = inner.indexOf("|");
  const target = unescapeText(bar === -1 ? inner : inner.slice(0, bar));
  const label = bar === -1 ? "" : unescapeText(inner.slice(bar + 1));
  const rest = target.slice(1);
  switch (target[0]) {
    case "@":
      return ID.test(rest) ? userRun(reading, rest, label, 0) : null;
    case "#":
      return ID.test(rest) ? channelRun(reading, rest, label, 0) : null;
    case "!":
      return commandRun(rest, label, reading);
    default:
      return SCHEME.test(target) ? linkRun(reading, target, label, 0) : null;
  }
}

function commandRun(command: string, label: string, reading: Reading): Run | null {
  const broadcast = broadcastRun(command, 0);
  if (broadcast !== null) return broadcast;
  if (command.startsWith(SUBTEAM)) return usergroupRun(reading, command.slice(SUBTEAM.length), label, 0);
  if (!command.startsWith(DATE)) return label === "" ? null : textRun(label, 0);
  const [timestamp = "", , link] = command.slice(DATE.length).split("^", 3);
  const text = dateText(timestamp, label);
  return link === undefined ? textRun(text, 0) : linkRun(reading, link, text, 0);
}
