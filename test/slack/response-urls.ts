/** The URLs by which an app may answer a command or a button later: five times in half an hour. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import { checkBlocks, wordsOf } from "./api/blocks.ts";
import { readBody } from "./api/decode.ts";
import { addMessage } from "./state/posting.ts";
import { Refusal } from "./state/refusal.ts";
import type { Workspace } from "./state/workspace.ts";

const MOST_USES = 5;
const LIFE_MS = 1_800_000;

const reply = z.object({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  response_type: z.enum(["ephemeral", "in_channel"]).optional(),
});

interface Place {
  readonly channel: string;
  readonly user: string;
}

interface Known extends Place {
  readonly workspace: Workspace;
  readonly until: number;
  uses: number;
}

export class ResponseUrls {
  readonly #base: string;
  readonly #known = new Map<string, Known>();

  constructor(base: string) {
    this.#base = base;
  }

  make(workspace: Workspace, channel: string, user: string): string {
    const key = randomUUID();
    this.#known.set(key, { workspace, channel, user, until: workspace.clock.now() + LIFE_MS, uses: 0 });
    return `${this.#base}/commands/${key}`;
  }

  async serve(request: IncomingMessage, path: string, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const known = this.#known.get(path.slice("/commands/".length));
    if (known === undefined || known.until <= known.workspace.clock.now() || known.uses >= MOST_USES) {
      response.writeHead(404).end(JSON.stringify({ ok: false, error: known ? "expired_url" : "used_url" }));
      return;
    }
    known.uses += 1;
    let payload: unknown;
    try {
      payload = JSON.parse(body.toString("utf8"));
    } catch {
      response.writeHead(400).end("invalid_payload");
      return;
    }
    if (this.show(known.workspace, known, payload)) response.writeHead(200).end("ok");
    else response.writeHead(400).end("invalid_payload");
  }

  /** Shows an answer to whoever asked, or to the channel where it says so. An empty one shows nothing. False: it is none. */
  show(workspace: Workspace, { channel, user }: Place, payload: unknown): boolean {
    const { data } = reply.safeParse(payload);
    const text = data && seenIn(data);
    if (!text) return text === "";
    const record = workspace.channels.get(channel);
    if (data.response_type === "in_channel" && record !== undefined) {
      addMessage(workspace, record, { user: workspace.bot.user, botId: workspace.bot.id, text });
      return true;
    }
    workspace.ephemerals.push({ channel, user, text });
    workspace.waits.check();
    return true;
  }
}

/** What a reader sees of an answer: its blocks before its text; null: Slack takes the blocks not. */
function seenIn({ text = "", blocks = [] }: z.infer<typeof reply>): string | null {
  try {
    return wordsOf(checkBlocks(blocks)) || text;
  } catch (thrown) {
    if (thrown instanceof Refusal) return null;
    throw thrown;
  }
}
