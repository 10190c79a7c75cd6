/**
 * The files of a workspace as they are fetched: their addresses want the app's token, which needs the scope files:read
 * (https://docs.slack.dev/reference/objects/file-object). Without it Slack leads to a page to sign in, with a good status.
 */
import { z } from "zod";
import type { Translated } from "../../core/bridge/inbound.ts";
import type { FileAccess } from "../../core/media/platform-file.ts";
import type { Arguments } from "./api.ts";
import { asGatewayFault } from "./refusal.ts";

/** Below these paths Slack keeps what people have uploaded. */
const KEPT = /^\/files-(?:pri|tmb)\//;
const PAGE = /^text\/html\b/i;
const PAGE_NAME = /\.html?$/i;

/** What Slack says of a file that it does not describe in the message (Slack Connect): that files.info does. */
const UNDESCRIBED = "check_file_info";

const namedForm = z.looseObject({ id: z.string(), file_access: z.string().nullish() });
const filesForm = z.looseObject({ files: z.array(namedForm).nullish() });
const messageForm = z.looseObject({ message: filesForm.nullish(), files: filesForm.shape.files });
const infoForm = z.object({ file: z.looseObject({ id: z.string() }) });

export interface WorkspaceFilesOptions {
  readonly call: (method: string, args: Arguments) => Promise<unknown>;
  /** Where the Web API is. */
  readonly api: string;
}

/** What is to be known of the files that a message names. */
export class WorkspaceFiles {
  readonly #options: WorkspaceFilesOptions;

  constructor(options: WorkspaceFilesOptions) {
    this.#options = options;
  }

  /**
   * The event with what files.info says in the place of files that Slack does not describe; as it is where it does, or
   * will not. Rejects with request_timeout where it can't be asked now, account_refused where it answers nothing.
   */
  async described(event: unknown): Promise<unknown> {
    const { data } = messageForm.safeParse(event);
    if (!data) return event;
    const own = await this.#described(data.files);
    const changed = await this.#described(data.message?.files);
    if (own === null && changed === null) return event;
    return {
      ...data,
      ...(own && { files: own }),
      ...(changed && { message: { ...data.message, files: changed } }),
    };
  }

  /** Names the files that other gateways get from this one, since only the app's token opens them. */
  served(event: Translated): Translated {
    if (event.kind !== "message" || event.message.body.kind !== "media") return event;
    const served = event.message.body.files
      .map(({ source }) => source)
      .filter((source) => isWorkspaceFile(source, this.#options.api));
    return served.length === 0 ? event : { ...event, served };
  }

  /** null: there is nothing to be asked. */
  async #described(files: z.infer<typeof filesForm>["files"]): Promise<readonly unknown[] | null> {
    if (!files?.some(({ file_access: access }) => access === UNDESCRIBED)) return null;
    const described: unknown[] = [];
    for (const file of files)
      described.push(file.file_access === UNDESCRIBED ? ((await this.#ask(file.id)) ?? file) : file);
    return described;
  }

  async #ask(file: string): Promise<unknown> {
    try {
      return infoForm.safeParse(await this.#options.call("files.info", { file })).data?.file;
    } catch (thrown) {
      const error = asGatewayFault(thrown, "files.info");
      // Slack keeps it from the app: a loss, which the mapping names.
      if (error.code === "request_refused") return null;
      throw error;
    }
  }
}

/**
 * Whether an address is of the workspace's own files: on the host beside the Web API's that Slack has for them
 * (files.slack.com), or on that of the Web API itself, with its protocol.
 */
export function isWorkspaceFile(source: string, api: string): boolean {
  const url = URL.parse(source);
  return url !== null && isOwn(url, new URL(api)) && KEPT.test(url.pathname);
}

/** `token`: the one that is good at the moment. It goes to the workspace's own files, and nowhere else. */
export function fileAccess(api: string, token: string): FileAccess {
  const web = new URL(api);
  return {
    headers: (at) => (isOwn(at, web) && KEPT.test(at.pathname) ? { authorization: `Bearer ${token}` } : null),
    refusal: (at, contentType) => {
      const isPage = PAGE.test(contentType);
      // A page that somebody has uploaded comes from where it is kept, and is called one.
      if (!isPage || (KEPT.test(at.pathname) && PAGE_NAME.test(at.pathname))) return null;
      return "a page to sign in came instead of the file: the app's token is not good, or lacks the scope files:read";
    },
  };
}

function isOwn(at: URL, web: URL): boolean {
  if (at.protocol !== web.protocol) return false;
  return at.host === web.host || at.host === `files.${web.host}`;
}
