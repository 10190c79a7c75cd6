/**
 * What people do in a workspace and what they see there, over HTTP: for programs that start the simulator as a process
 * of its own, such as the demo. Slack has nothing like it, so it is on a port of its own.
 *
 *   POST /act                   {"act": "post", "channel": "C0GENERAL", "user": "U0BOB", "text": "hello"} and the like
 *   GET  /channels/CHANNEL      what the channel shows
 *   GET  /whispers              what one person alone was shown
 *   GET  /files/FILE            the bytes of a file
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { z } from "zod";
import { readBody } from "./api/decode.ts";
import type { WorkspaceSide } from "./workspace-side.ts";

const place = { channel: z.string(), user: z.string() };
const message = { ...place, ts: z.string() };
const blocks = z.array(z.looseObject({ type: z.string() })).optional();

const form = z.discriminatedUnion("act", [
  z.object({
    act: z.literal("post"),
    ...place,
    text: z.string(),
    blocks,
    thread: z.string().optional(),
    broadcast: z.boolean().optional(),
    /** As `/me` makes it. */
    me: z.boolean().optional(),
  }),
  z.object({ act: z.literal("edit"), ...message, text: z.string() }),
  z.object({ act: z.literal("delete"), ...message }),
  z.object({ act: z.literal("react"), ...message, name: z.string() }),
  z.object({ act: z.literal("unreact"), ...message, name: z.string() }),
  z.object({
    act: z.literal("upload"),
    ...place,
    name: z.string(),
    content: z.base64(),
    text: z.string().optional(),
  }),
  z.object({ act: z.literal("command"), ...place, command: z.string(), text: z.string() }),
  z.object({ act: z.literal("press"), ...message, button: z.string() }),
  z.object({ act: z.literal("pin"), ...message }),
  z.object({ act: z.literal("unpin"), ...message }),
  z.object({ act: z.literal("topic"), ...place, text: z.string() }),
  z.object({ act: z.literal("rename"), ...place, name: z.string() }),
]);

type Act = z.output<typeof form>;

export interface PeopleServer {
  /** Ends with a slash. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it on the loopback interface; resolves when it takes requests. `port`: 0 for any that is free. */
export async function startPeopleServer(workspace: WorkspaceSide, port: number): Promise<PeopleServer> {
  const server = createServer((request, response) => {
    serve(workspace, request, response).catch((error: unknown) => {
      const said = error instanceof Error ? error.message : String(error);
      response.writeHead(400, { "content-type": "text/plain" }).end(said);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

async function serve(
  workspace: WorkspaceSide,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const json = (value: unknown): void => {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
  const body = await readBody(request);
  const [, kind = "", id = ""] = (request.url ?? "").split("/");
  switch (`${request.method ?? ""} ${kind}`) {
    case "POST act":
      return json(await act(workspace, form.parse(JSON.parse(body.toString("utf8")))));
    case "GET channels":
      return json({ ...workspace.channel(id), messages: workspace.messages(id).map(shown(workspace)) });
    case "GET whispers":
      return json(workspace.ephemerals);
    case "GET files":
      response.writeHead(200, { "content-type": "application/octet-stream" }).end(workspace.bytes(id));
      return;
    default:
      response.writeHead(404).end();
  }
}

/** `ts`: of the message that was posted. */
async function act({ people, asking }: WorkspaceSide, one: Act): Promise<{ readonly ts?: string }> {
  const { channel, user } = one;
  switch (one.act) {
    case "post": {
      const { text, blocks: given, thread, broadcast = false, me = false } = one;
      return {
        ts: people.post(channel, user, text, {
          ...(given && { blocks: given }),
          ...(thread !== undefined && { threadTs: thread }),
          broadcast,
          ...(me && { subtype: "me_message" }),
        }),
      };
    }
    case "edit":
      people.edit(channel, one.ts, one.text);
      return {};
    case "delete":
      people.delete(channel, one.ts);
      return {};
    case "react":
      people.react(channel, one.ts, user, one.name);
      return {};
    case "unreact":
      people.unreact(channel, one.ts, user, one.name);
      return {};
    case "upload": {
      const { name, content, text = "" } = one;
      const { ts } = people.upload(channel, user, {
        name,
        bytes: Buffer.from(content, "base64"),
        comment: text,
      });
      return { ts };
    }
    case "command":
      await asking.command(channel, user, one.command, one.text);
      return {};
    case "press":
      await asking.press(channel, one.ts, user, one.button);
      return {};
    case "pin":
      people.pin(channel, one.ts, user);
      return {};
    case "unpin":
      people.unpin(channel, one.ts, user);
      return {};
    case "topic":
      people.topic(channel, user, one.text);
      return {};
    case "rename":
      people.rename(channel, user, one.name);
      return {};
  }
}

/** A message as its readers see it, its files by name. */
const shown = (workspace: WorkspaceSide) => (record: ReturnType<WorkspaceSide["messages"]>[number]) => ({
  ts: record.ts,
  thread: record.threadTs,
  subtype: record.subtype,
  user: record.user,
  app: record.botId !== null,
  username: record.username,
  text: record.text,
  blocks: record.blocks,
  edited: record.edited !== null,
  reactions: record.reactions,
  files: record.files.map((id) => ({ id, name: workspace.file(id)?.name ?? id })),
  /** Whether an app says that it is a copy of an event; lines of its own are not. */
  copy: Boolean(record.metadata?.event_payload["id"]),
});
