/** A Matrix room as the homeserver holds it, read by one of its people. */
import { z } from "zod";
import { type MatrixEvent, shownMessages } from "../../../clients/matrix-shown.ts";
import type { MatrixUser } from "../../../clients/matrix-user.ts";
import type { Milliseconds } from "../../../../core/time.ts";
import { fileText } from "../../file-text.ts";
import type { Held } from "../../held-rooms.ts";
import { excerptOf, type MatrixView, nameOf, readMatrixMessage } from "./reading-matrix.ts";

/** How long a look waits for something to happen before it looks all the same. */
const WAITS: Milliseconds = 50;

const memberForm = z.object({ displayname: z.string() });
const pinsForm = z.object({ pinned: z.array(z.string()) });

export class MatrixRoomLook {
  readonly #reader: MatrixUser;
  readonly #room: string;
  /** The gateway's own user. */
  readonly #bot: string;
  readonly #files = new Map<string, string>();

  constructor(reader: MatrixUser, room: string, bot: string) {
    this.#reader = reader;
    this.#room = room;
    this.#bot = bot;
  }

  /** Messages with what was done to them, and the room's state: everything as it stands now. */
  async held(): Promise<Held> {
    await this.#reader.sync.next(WAITS);
    const view = await this.#view();
    const said = view.messages.filter(({ sender }) => sender !== this.#bot);
    return {
      lines: [...said.flatMap((message) => readMatrixMessage(message, view)), ...this.#state(view)],
      words: view.messages.filter(({ sender }) => sender === this.#bot).map(({ body }) => body),
    };
  }

  /** Id of the message that says this. */
  async find(text: string): Promise<string> {
    const all = await this.#reader.messages(this.#room);
    const found = all.find(({ body }) => body === text);
    if (!found) throw new Error(`${text}: nobody has said that in ${this.#room}`);
    return found.id;
  }

  /** Id of whoever is called that. */
  async idOf(name: string): Promise<string> {
    const { names } = await this.#view();
    const [id] = [...names].find(([, one]) => one === name) ?? [];
    if (id === undefined) throw new Error(`nobody is called ${name} in ${this.#room}`);
    return id;
  }

  async #view(): Promise<MatrixView> {
    const timeline = await this.#reader.timeline(this.#room);
    const messages = shownMessages(timeline);
    for (const { content } of messages) await this.#fetch(content["url"]);
    return { timeline, messages, names: namesIn(timeline), files: this.#files };
  }

  async #fetch(url: unknown): Promise<void> {
    if (typeof url !== "string" || this.#files.has(url)) return;
    const { bytes } = await this.#reader.http.download(url);
    this.#files.set(url, fileText(bytes));
  }

  #state(view: MatrixView): string[] {
    const { sync } = this.#reader;
    const name = lastState(view.timeline, "m.room.name")?.content["name"];
    const topic = lastState(view.timeline, "m.room.topic")?.content["topic"];
    const pins = pinsForm.safeParse(lastState(view.timeline, "m.room.pinned_events")?.content).data;
    const read = [...view.names.keys()].flatMap((user) => {
      const upTo = sync.read(this.#room, user);
      return upTo === null ? [] : [`${nameOf(view, user)} has read: ${excerptOf(upTo, view)}`];
    });
    return [
      ...(typeof name === "string" ? [`the name is: ${name}`] : []),
      ...(typeof topic === "string" ? [`the topic is: ${topic}`] : []),
      ...(pins?.pinned ?? []).map((event) => `pinned: ${excerptOf(event, view)}`),
      ...sync.typing(this.#room).map((user) => `${nameOf(view, user)} is typing`),
      ...read,
    ];
  }
}

function namesIn(timeline: readonly MatrixEvent[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { type, state_key: user, content } of timeline) {
    const member = type === "m.room.member" ? memberForm.safeParse(content).data : undefined;
    if (member && user !== undefined) names.set(user, member.displayname);
  }
  return names;
}

const lastState = (timeline: readonly MatrixEvent[], type: string): MatrixEvent | undefined =>
  timeline.findLast((event) => event.type === type && event.state_key === "");
