/** Somebody at a Matrix client: makes and joins rooms, says things, and reads what rooms hold. */
import { createHmac, randomUUID } from "node:crypto";
import { z } from "zod";
import {
  editContent,
  fileContent,
  htmlContent,
  locationContent,
  type MatrixContent,
  type MatrixFile,
  POLL_END,
  POLL_RESPONSE,
  POLL_START,
  pollContent,
  pollEndContent,
  replyContent,
  textContent,
  threadContent,
  voteContent,
} from "./matrix-contents.ts";
import { MatrixHttp } from "./matrix-http.ts";
import { type MatrixLogin, MatrixReader } from "./matrix-reader.ts";

const loginForm = z.object({ user_id: z.string(), access_token: z.string() });
const eventIdForm = z.object({ event_id: z.string() });
const roomIdForm = z.object({ room_id: z.string() });
const powersForm = z.looseObject({ users: z.record(z.string(), z.unknown()).optional() });

export interface RoomOptions {
  readonly name?: string;
  readonly topic?: string;
  /** The part of the room's address between # and colon. */
  readonly alias?: string;
  readonly invite?: readonly string[];
  /** Whether everybody may join. True by default. */
  readonly open?: boolean;
  readonly version?: string;
  readonly encrypted?: boolean;
  /** Over what the server would set: the content of m.room.power_levels. */
  readonly power?: MatrixContent;
}

export class MatrixUser extends MatrixReader {
  /** Makes the user at a Synapse whose shared secret is known (its admin API, Shared-Secret Registration). */
  static async register(
    server: { readonly url: string; readonly registrationSecret: string },
    name: string,
    password = "password",
  ): Promise<MatrixUser> {
    const url = `${server.url}/_synapse/admin/v1/register`;
    const { nonce } = z.object({ nonce: z.string() }).parse(await (await fetch(url)).json());
    const mac = createHmac("sha1", server.registrationSecret)
      .update([nonce, name, password, "notadmin"].join("\0"))
      .digest("hex");
    const body = JSON.stringify({ nonce, username: name, password, admin: false, mac });
    const answer = await fetch(url, { method: "POST", body });
    if (!answer.ok) throw new Error(`${name} can't be registered: ${await answer.text()}`);
    return new MatrixUser(loginOf(server.url, await answer.json()));
  }

  /** Throws MatrixRefusal. */
  static async login(url: string, name: string, password = "password"): Promise<MatrixUser> {
    const identifier = { type: "m.id.user", user: name };
    const body = { type: "m.login.password", identifier, password };
    return new MatrixUser(loginOf(url, await new MatrixHttp(url, null).call("POST", "/v3/login", body)));
  }

  /** Resolves with the room's id. */
  async createRoom(options: RoomOptions = {}): Promise<string> {
    const { name, topic, alias, invite = [], open = true, version, encrypted = false, power } = options;
    const encryption = {
      type: "m.room.encryption",
      state_key: "",
      content: { algorithm: "m.megolm.v1.aes-sha2" },
    };
    const body = {
      preset: open ? "public_chat" : "private_chat",
      invite,
      initial_state: encrypted ? [encryption] : [],
      ...(name === undefined ? {} : { name }),
      ...(topic === undefined ? {} : { topic }),
      ...(alias === undefined ? {} : { room_alias_name: alias }),
      ...(version === undefined ? {} : { room_version: version }),
      ...(power === undefined ? {} : { power_level_content_override: power }),
    };
    return roomIdForm.parse(await this.http.call("POST", "/v3/createRoom", body)).room_id;
  }

  /** By id or address. Resolves with the room's id. */
  async join(room: string): Promise<string> {
    return roomIdForm.parse(await this.http.call("POST", `/v3/join/${encodeURIComponent(room)}`, {})).room_id;
  }

  async leave(room: string): Promise<void> {
    await this.inRoom("POST", room, "leave", {});
  }

  async invite(room: string, user: string): Promise<void> {
    await this.inRoom("POST", room, "invite", { user_id: user });
  }

  async moderate(room: string, action: "kick" | "ban" | "unban", user: string, reason = ""): Promise<void> {
    await this.inRoom("POST", room, action, { user_id: user, ...(action === "unban" ? {} : { reason }) });
  }

  /** Moves everybody to a new room of another version. Resolves with its id. */
  async upgrade(room: string, version: string): Promise<string> {
    const answer = await this.inRoom("POST", room, "upgrade", { new_version: version });
    return z.object({ replacement_room: z.string() }).parse(answer).replacement_room;
  }

  /** Sends any event. Resolves with its id, as all that follow. */
  async send(room: string, type: string, content: MatrixContent): Promise<string> {
    return this.#eventOf(room, `send/${encodeURIComponent(type)}/${randomUUID()}`, content);
  }

  async say(room: string, text: string): Promise<string> {
    return this.send(room, "m.room.message", textContent(text));
  }

  async sayHtml(room: string, text: string, html: string): Promise<string> {
    return this.send(room, "m.room.message", htmlContent(text, html));
  }

  async edit(room: string, event: string, text: string): Promise<string> {
    return this.send(room, "m.room.message", editContent(event, textContent(text)));
  }

  async reply(room: string, event: string, text: string): Promise<string> {
    return this.send(room, "m.room.message", replyContent(event, text));
  }

  /** `last`: the thread's last event; its root by default. */
  async inThread(room: string, root: string, text: string, last = root): Promise<string> {
    return this.send(room, "m.room.message", threadContent(root, text, last));
  }

  async react(room: string, event: string, emoji: string): Promise<string> {
    const relation = { rel_type: "m.annotation", event_id: event, key: emoji };
    return this.send(room, "m.reaction", { "m.relates_to": relation });
  }

  async redact(room: string, event: string, reason?: string): Promise<string> {
    const path = `redact/${encodeURIComponent(event)}/${randomUUID()}`;
    return this.#eventOf(room, path, reason === undefined ? {} : { reason });
  }

  async sendFile(room: string, file: MatrixFile): Promise<string> {
    const url = await this.http.upload(file.name, file.type, file.bytes);
    return this.send(room, "m.room.message", fileContent(file, url));
  }

  async sticker(room: string, file: MatrixFile): Promise<string> {
    const url = await this.http.upload(file.name, file.type, file.bytes);
    const { msgtype: _none, ...content } = fileContent(file, url);
    return this.send(room, "m.sticker", content);
  }

  async location(room: string, text: string, geo: string): Promise<string> {
    return this.send(room, "m.room.message", locationContent(text, geo));
  }

  /** Resolves with the poll's id. */
  async poll(room: string, question: string, options: readonly string[], most = 1): Promise<string> {
    return this.send(room, POLL_START, pollContent(question, options, most));
  }

  /** `options`: by their places, from 0. */
  async vote(room: string, poll: string, options: readonly number[]): Promise<string> {
    return this.send(room, POLL_RESPONSE, voteContent(poll, options));
  }

  async endPoll(room: string, poll: string): Promise<string> {
    return this.send(room, POLL_END, pollEndContent(poll));
  }

  async setState(room: string, type: string, content: MatrixContent, key = ""): Promise<string> {
    return this.#eventOf(room, `state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`, content);
  }

  async setName(room: string, name: string): Promise<string> {
    return this.setState(room, "m.room.name", { name });
  }

  async setTopic(room: string, topic: string): Promise<string> {
    return this.setState(room, "m.room.topic", { topic });
  }

  /** `mxc`: empty takes it away. */
  async setAvatar(room: string, mxc: string): Promise<string> {
    return this.setState(room, "m.room.avatar", mxc === "" ? {} : { url: mxc });
  }

  async setPins(room: string, events: readonly string[]): Promise<string> {
    return this.setState(room, "m.room.pinned_events", { pinned: events });
  }

  /** Gives one user another power. */
  async setPower(room: string, user: string, level: number): Promise<string> {
    const now = powersForm.parse((await this.state(room, "m.room.power_levels")) ?? {});
    return this.setState(room, "m.room.power_levels", { ...now, users: { ...now.users, [user]: level } });
  }

  async setDisplayName(name: string): Promise<void> {
    await this.http.call("PUT", `/v3/profile/${encodeURIComponent(this.id)}/displayname`, {
      displayname: name,
    });
  }

  async setPicture(mxc: string): Promise<void> {
    await this.http.call("PUT", `/v3/profile/${encodeURIComponent(this.id)}/avatar_url`, { avatar_url: mxc });
  }

  async typing(room: string, typing: boolean): Promise<void> {
    const body = typing ? { typing, timeout: 30_000 } : { typing };
    await this.inRoom("PUT", room, `typing/${encodeURIComponent(this.id)}`, body);
  }

  /** `thread`: the root of a thread; the room's main timeline by default. */
  async read(room: string, event: string, thread = "main"): Promise<void> {
    await this.inRoom("POST", room, `receipt/m.read/${encodeURIComponent(event)}`, { thread_id: thread });
  }

  async #eventOf(room: string, path: string, content: MatrixContent): Promise<string> {
    return eventIdForm.parse(await this.inRoom("PUT", room, path, content)).event_id;
  }
}

function loginOf(url: string, answer: unknown): MatrixLogin {
  const { user_id: id, access_token: token } = loginForm.parse(answer);
  return { url, id, token };
}
