/** A look at the XMPP server for `mimi-gateway doctor`: who it is, its clock, its rooms' services, and its store for files. */
import { setTimeout as pause } from "node:timers/promises";
import type { Finding } from "../../core/bridge/room.ts";
import { asGatewayError } from "../../core/errors.ts";
import type { MediaLimits } from "../../core/media/remote-file.ts";
import type { Milliseconds } from "../../core/time.ts";
import type { XmppConfig } from "./config.ts";
import { findUploadService } from "./http-upload.ts";
import { NS } from "./names.ts";
import { type ComponentStream, StanzaError } from "./stream.ts";
import { attribute, type Element, xml } from "./xml.ts";

const ANSWER_WITHIN_MS: Milliseconds = 10_000;
/** Times of messages, and what is asked of archives by time, are then wrong by as much. */
const SKEW_WORTH_A_WORD_MS: Milliseconds = 60_000;
const SKEW_TOO_FAR_MS: Milliseconds = 10 * 60_000;
const MIB = 1024 * 1024;
/** What a host says that is there and does not know the question. */
const SAYS_NOTHING: ReadonlySet<string> = new Set(["service-unavailable", "feature-not-implemented"]);

export interface ExamineServerOptions {
  readonly stream: ComponentStream;
  readonly listener: string;
  readonly config: Pick<XmppConfig, "domain" | "upload">;
  readonly media: Pick<MediaLimits, "maxBytes">;
  /** The linked rooms' services. */
  readonly services: readonly string[];
  /** For the search of the store for files; left out: 10 seconds. */
  readonly within?: Milliseconds;
}

/** What was found at one of the hosts that the server may have. */
interface AskedHost {
  readonly host: string;
  /** null: it is there, and does not say. */
  readonly version: string | null;
  readonly clock: Finding | null;
}

/** Asks the server a few things; never rejects. */
export async function examineServer(options: ExamineServerOptions): Promise<readonly Finding[]> {
  const hosts = hostsOf(options);
  const [asked, files, ...services] = await Promise.all([
    Promise.all(hosts.map((host) => askHost(options, host))),
    filesInTime(options, hosts),
    ...options.services.map((service) => serviceFinding(options, service)),
  ]);
  return [...hostFindings(asked, hosts), ...services, files];
}

/** Users' hosts are usually the parents of those of the component and of the rooms. */
function hostsOf({ config, services }: ExamineServerOptions): readonly string[] {
  const parents = [config.domain, ...services].map((host) => host.slice(host.indexOf(".") + 1));
  return [...new Set(parents)];
}

/** What the first of the hosts says that is there. */
function hostFindings(asked: readonly (AskedHost | null)[], hosts: readonly string[]): readonly Finding[] {
  const there = asked.find((one) => one !== null);
  if (!there)
    return [
      {
        check: "server",
        state: "ok",
        detail: `none of ${hosts.join(", ")} is a host that answers, so that nothing is known of the server's version and clock`,
        remedy: null,
      },
    ];
  const detail = `${there.host} ${there.version === null ? "answers, and does not say what it is" : `is ${there.version}`}`;
  return [
    { check: "server", state: "ok", detail, remedy: null },
    there.clock ?? {
      check: "clock",
      state: "ok",
      detail: `${there.host} does not tell its time`,
      remedy: "to have it looked at, let the server answer XEP-0202 (Prosody: time, ejabberd: mod_time)",
    },
  ];
}

/** Its software (XEP-0092) and its time (XEP-0202); null: there is no such host. */
async function askHost(options: ExamineServerOptions, host: string): Promise<AskedHost | null> {
  const version = await ask(options, host, xml("query", { xmlns: NS.version }));
  if (version === null) return null;
  const sent = Date.now();
  const time = await ask(options, host, xml("time", { xmlns: NS.time }));
  const here = (sent + Date.now()) / 2;
  const utc = time === null || time === "silent" ? Number.NaN : Date.parse(time.getChildText("utc") ?? "");
  const said =
    version === "silent"
      ? null
      : [version.getChildText("name"), version.getChildText("version")].filter(Boolean).join(" ");
  return {
    host,
    version: said === "" ? null : said,
    clock: Number.isNaN(utc) ? null : clockFinding(here - utc),
  };
}

/** `silent`: the host is there, and does not answer that. null: there is no such host, or it can't be reached. */
async function ask(
  { stream, listener }: ExamineServerOptions,
  host: string,
  question: Element,
): Promise<Element | "silent" | null> {
  try {
    const iq = xml("iq", { type: "get", from: listener, to: host }, question);
    const answer = await stream.request(iq, ANSWER_WITHIN_MS);
    return answer.getChild(question.name, attribute(question, "xmlns")) ?? "silent";
  } catch (thrown) {
    return thrown instanceof StanzaError && SAYS_NOTHING.has(thrown.condition) ? "silent" : null;
  }
}

/** `ahead`: how much later it is here than there. */
export function clockFinding(ahead: Milliseconds): Finding {
  const check = "clock";
  const seconds = Math.round(Math.abs(ahead) / 1_000);
  if (Math.abs(ahead) < SKEW_WORTH_A_WORD_MS)
    return { check, state: "ok", detail: `within ${seconds + 1} s of the server's`, remedy: null };
  return {
    check,
    state: Math.abs(ahead) < SKEW_TOO_FAR_MS ? "warning" : "fault",
    detail: `${seconds} s ${ahead > 0 ? "ahead of" : "behind"} the server's, by which times of messages go`,
    remedy: "set the clocks of both machines by NTP",
  };
}

/** Whether a service of linked rooms is reached, and answers us. */
async function serviceFinding({ stream, listener }: ExamineServerOptions, service: string): Promise<Finding> {
  const check = `service:${service}`;
  try {
    const question = xml("query", { xmlns: NS.discoInfo });
    const iq = xml("iq", { type: "get", from: listener, to: service }, question);
    const info = (await stream.request(iq, ANSWER_WITHIN_MS)).getChild("query", NS.discoInfo);
    const rooms = info?.getChildren("feature").some(({ attrs }) => attrs["var"] === NS.muc) === true;
    if (rooms) return { check, state: "ok", detail: "answers, and has rooms", remedy: null };
    const remedy = "see that it is the rooms' service (Prosody: Component ... muc; ejabberd: mod_muc)";
    return { check, state: "fault", detail: "answers, and says that it has no rooms", remedy };
  } catch (thrown) {
    const detail = `does not answer: ${asGatewayError(thrown).detail}`;
    const remedy =
      "see that it is up; on another server, that the two servers reach each other and the component's domain is in DNS";
    return { check, state: "fault", detail, remedy };
  }
}

/** Hosts that do not answer are asked one after the other: altogether it takes no longer than one of the other questions may. */
async function filesInTime(options: ExamineServerOptions, hosts: readonly string[]): Promise<Finding> {
  const over = new AbortController();
  const late = pause(options.within ?? ANSWER_WITHIN_MS, null, { signal: over.signal }).catch(() => null);
  try {
    const found = await Promise.race([filesFinding(options, hosts), late]);
    const detail = "the server's hosts did not say in time which of them stores files";
    return found ?? { check: "files", state: "warning", detail, remedy: "look again, or name it: upload" };
  } finally {
    over.abort();
  }
}

/** Where files are put, and how large they may be. */
async function filesFinding(
  { stream, listener, config, media }: ExamineServerOptions,
  hosts: readonly string[],
): Promise<Finding> {
  const check = "files";
  const missing = "without a store that takes them (XEP-0363) files of others are linked where they are";
  const remedy =
    "give the server one (Prosody: http_file_share, ejabberd: mod_http_upload), let the component use it, or name it: upload";
  try {
    for (const host of config.upload === undefined ? hosts : [config.upload]) {
      const store = await findUploadService(stream, listener, host);
      if (store === null) continue;
      const most = store.most === null ? "of any size" : `of up to ${Math.floor(store.most / MIB)} MiB`;
      if (store.most === null || store.most >= media.maxBytes)
        return { check, state: "ok", detail: `${store.jid} takes files ${most}`, remedy: null };
      return {
        check,
        state: "ok",
        detail: `${store.jid} takes files ${most}; larger ones are linked`,
        remedy: "raise its limit, or leave it",
      };
    }
    return { check, state: "warning", detail: missing, remedy };
  } catch (thrown) {
    const detail = `the store for files can't be asked for: ${asGatewayError(thrown).detail}`;
    return { check, state: "warning", detail, remedy: "look again" };
  }
}
