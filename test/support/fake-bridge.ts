/** The bridge to the fake platform: everything of the contract between core and bridges, and nothing more. */
import { z } from "zod";
import type { Milliseconds } from "../../core/time.ts";
import type { Raw, Translated } from "../../core/bridge/inbound.ts";
import type { DeliveryContext, OutEvent, Plan, Receipt, Step } from "../../core/bridge/outbound.ts";
import type { Capabilities, Health, RoomFacts } from "../../core/bridge/room.ts";
import type { BridgeHost } from "../../core/bridge/host.ts";
import type { Bridge } from "../../core/bridge/bridge.ts";
import { DeliveryError, textArg } from "../../core/bridge/outbound.ts";
import { GatewayError } from "../../core/errors.ts";
import type { ArchiveMark, NativeId, NativeKey, NativeRoom } from "../../core/ids.ts";
import { step as pass } from "../../core/steps.ts";
import { plainFlat } from "../../mappings/markup/flat.ts";
import { plainTextOf } from "../../mappings/markup/plain.ts";
import { textMessage } from "../../mappings/message.ts";
import type { FakeMessage, FakeModes, FakePush, PlatformClient, PlatformEnd } from "./fake-platform.ts";

/** How a bridge gets at its platform, in the same process or in another. */
export interface FakeWire {
  attach(client: PlatformClient): Promise<{ readonly end: PlatformEnd; detach(): void }>;
}

const rawForm = z.union([
  z.object({ id: z.string(), user: z.string(), text: z.string() }),
  z.object({ name: z.enum(["name", "topic"]), value: z.string(), user: z.string().nullable() }),
]);

interface Joined {
  /** What comes live while the archive is read. */
  waiting: FakePush[] | null;
  mark: ArchiveMark | null;
  live: boolean;
}

export class FakeBridge implements Bridge {
  readonly connected: boolean;
  readonly window: number;
  readonly settleMs: Milliseconds;
  readonly unclear: "repeat" | "hold";
  readonly #modes: FakeModes;
  readonly #wire: FakeWire;
  readonly #rooms = new Map<NativeRoom, Joined>();
  /** How often a text of the form `stumble N ...` has failed. */
  readonly #stumbles = new Map<string, number>();
  #host: BridgeHost | null = null;
  #line: { readonly end: PlatformEnd; detach(): void } | null = null;
  /** Resolves when the present line has ended. */
  #ended = Promise.withResolvers<null>();
  #health: Health = { state: "down", since: 0, reason: null };

  constructor(modes: FakeModes, wire: FakeWire) {
    this.#modes = modes;
    this.#wire = wire;
    ({
      connected: this.connected,
      window: this.window,
      settleMs: this.settleMs,
      unclear: this.unclear,
    } = modes);
  }

  async start(host: BridgeHost): Promise<void> {
    this.#host = host;
    await this.#connect();
  }

  stop(): Promise<void> {
    this.#host = null;
    this.#rooms.clear();
    this.#line?.detach();
    this.#line = null;
    this.#ended.resolve(null);
    this.#health = { state: "down", since: Date.now(), reason: "stopped" };
    return Promise.resolve();
  }

  health(): Health {
    return this.#health;
  }

  fault(): string | null {
    return null;
  }

  parseRoom(text: string): NativeRoom {
    if (!/^[a-z0-9-]+$/.test(text)) throw new GatewayError("room_invalid", `${text} is no room here`);
    return text as NativeRoom;
  }

  async inspect(room: NativeRoom): Promise<RoomFacts> {
    if (room.startsWith("locked"))
      throw new GatewayError("room_unreachable", `${room} can't be entered: unlock it`);
    const { name, topic, mark } = await this.#end().enter(room);
    return { name, topic, mark: this.#modes.archive ? (mark as ArchiveMark) : null };
  }

  join(room: NativeRoom, since: ArchiveMark | null): void {
    if (!this.#line || this.#rooms.has(room)) return;
    const joined: Joined = { waiting: [], mark: since, live: false };
    this.#rooms.set(room, joined);
    this.#takePart(room, joined).catch((thrown: unknown) => {
      // The account is being let go, or the line was cut: whoever is next takes it from the mark.
      if (!(thrown instanceof GatewayError)) throw thrown;
      this.#rooms.delete(room);
    });
  }

  async leave(room: NativeRoom): Promise<void> {
    this.#rooms.delete(room);
    await this.#line?.end.leave(room);
  }

  capabilities(room = "" as NativeRoom): Capabilities {
    const { archive, textBytes } = this.#modes;
    return { name: "full", topic: "full", archive, textBytes, open: !room.startsWith("private") };
  }

  mark(room: NativeRoom): ArchiveMark | null {
    return this.#modes.archive ? (this.#rooms.get(room)?.mark ?? null) : null;
  }

  async *catchUp(room: NativeRoom, since: ArchiveMark) {
    let mark = since;
    for (;;) {
      const page = (await this.#end().history(room, mark)).slice(0, 10);
      pass("catchup.page");
      const last = page.at(-1);
      if (!last) return;
      mark = last.id as ArchiveMark;
      yield { room, raws: page.filter((message) => message.key === null).map(rawMessage), mark };
    }
  }

  refers(): boolean {
    return false;
  }

  show(): void {}

  toEvents(_room: NativeRoom, raw: Raw): Promise<readonly Translated[]> {
    const read = rawForm.parse(JSON.parse(raw.raw));
    if ("name" in read) {
      const sender = read.user === null ? null : { native: read.user, name: read.user };
      return Promise.resolve([{ kind: "property", sender, name: read.name, value: read.value }]);
    }
    if (read.text.startsWith("poison"))
      return Promise.reject(new GatewayError("event_malformed", `${read.id} is poison`));
    const times = Number(/^stumble (\d+)/.exec(read.text)?.[1] ?? 0);
    const before = this.#stumbles.get(read.id) ?? 0;
    if (before < times) {
      this.#stumbles.set(read.id, before + 1);
      return Promise.reject(
        new GatewayError("request_timeout", `${read.id} can't be looked up yet: wait for it`),
      );
    }
    const sender = { native: read.user, name: read.user };
    return Promise.resolve([
      {
        kind: "message",
        sender,
        message: textMessage(plainFlat(read.text)),
        native: read.id as NativeId,
        aux: null,
      },
    ]);
  }

  plan(_room: NativeRoom, event: OutEvent): Plan {
    switch (event.kind) {
      case "message": {
        const { body } = event.message;
        const text = body.kind === "text" ? plainTextOf(body.text) : "";
        const { textBytes } = this.capabilities();
        const pieces = Math.max(1, Math.ceil(text.length / textBytes));
        const piece = (i: number) => text.slice(i * textBytes, (i + 1) * textBytes);
        const steps = Array.from({ length: pieces }, (_, i) => ({
          op: "message",
          part: i,
          speaker: event.speaker,
          args: { text: piece(i), to: null },
        }));
        return { steps, losses: [] };
      }
      case "property":
        return {
          steps: [{ op: event.name, part: null, speaker: null, args: { text: event.value } }],
          losses: [],
        };
      case "notice":
        return {
          steps: [
            {
              op: "notice",
              part: null,
              speaker: null,
              args: { text: event.text, to: event.to?.native ?? null },
            },
          ],
          losses: [],
        };
      case "member":
      case "tally":
        return { steps: [], losses: [] };
    }
  }

  async perform(step: Step, context: DeliveryContext): Promise<Receipt> {
    if (!this.#line || (this.connected && !this.#rooms.get(context.room)?.live)) throw notEntered("certain");
    const asked = this.#line.end.perform({
      room: context.room,
      op: step.op as "message" | "notice" | "name" | "topic",
      key: context.key,
      user: step.speaker?.name ?? "gateway",
      text: textArg(step, "text"),
      to: typeof step.args["to"] === "string" ? step.args["to"] : null,
    });
    pass("perform.sent");
    const answer = await Promise.race([asked, this.#ended.promise]);
    if (answer === null) throw lineEnded;
    pass("perform.reflected");
    if (answer.made) return { native: answer.id as NativeId | null, aux: null, at: answer.at };
    const { code, certainty, retry, afterMs } = answer;
    throw new DeliveryError(code, `the fake platform says ${retry}`, { certainty, retry, afterMs });
  }

  async probe(step: Step, context: DeliveryContext): Promise<Receipt | "absent" | "unknown"> {
    if (!this.#line) throw notEntered("unknown");
    if (step.op === "name" || step.op === "topic") {
      const state = await this.#line.end.state(context.room);
      return state[step.op] === step.args["text"] ? { native: null, aux: null, at: Date.now() } : "absent";
    }
    if (!this.#modes.archive || typeof step.args["to"] === "string") return "unknown";
    const found = await this.#line.end.find(context.room, context.key);
    return found ? { native: found.id as NativeId, aux: null, at: found.at } : "absent";
  }

  async #connect(): Promise<void> {
    const line = await this.#wire.attach({
      push: (push) => void this.#heard(push).catch(whenLetGo),
      cut: () => void this.#lost().catch(whenLetGo),
    });
    if (!this.#host) {
      line.detach();
      return;
    }
    this.#line = line;
    this.#ended = Promise.withResolvers();
    this.#health = { state: "up", since: Date.now() };
    for (const { room, mark } of await this.#host.rooms()) this.join(room, mark);
  }

  async #lost(): Promise<void> {
    this.#rooms.clear();
    this.#line = null;
    this.#ended.resolve(null);
    this.#health = { state: "connecting", since: Date.now(), reason: "cut" };
    if (this.#host) await this.#connect();
  }

  async #takePart(room: NativeRoom, joined: Joined): Promise<void> {
    const host = this.#hostOrFail();
    const { mark } = await this.#end().enter(room);
    if (this.#modes.archive && joined.mark === null) {
      joined.mark = mark as ArchiveMark;
      await host.accept({ room, raws: [], mark: joined.mark });
    } else if (this.#modes.archive && joined.mark !== null) {
      for await (const batch of this.catchUp(room, joined.mark)) {
        await host.accept(batch);
        joined.mark = batch.mark;
      }
    }
    // What is state is compared with what was seen last, so it need not be said that it changed.
    const state = await this.#end().state(room);
    const raws = (["name", "topic"] as const).map((name) =>
      rawState({ name, value: state[name], user: null }),
    );
    await host.accept({ room, raws, mark: null });
    const waiting = joined.waiting ?? [];
    joined.waiting = null;
    joined.live = true;
    host.ready(room);
    await Promise.all(waiting.map((push) => this.#take(joined, push)));
  }

  async #heard(push: FakePush): Promise<void> {
    const joined = this.#rooms.get(push.room as NativeRoom);
    if (!joined) return;
    if (joined.waiting) joined.waiting.push(push);
    else await this.#take(joined, push);
  }

  async #take(joined: Joined, push: FakePush): Promise<void> {
    const room = push.room as NativeRoom;
    if ("message" in push && this.#modes.archive) joined.mark = push.message.id as ArchiveMark;
    const own = "message" in push && push.message.key !== null;
    if (!own) {
      const raw = "message" in push ? rawMessage(push.message) : rawState(push.change);
      await this.#host?.accept({ room, raws: [raw], mark: this.mark(room) });
    }
    if (!this.connected) await this.#line?.end.acknowledge(room, push.n);
  }

  #end(): PlatformEnd {
    if (!this.#line) throw new GatewayError("account_down", "the fake platform is not connected");
    return this.#line.end;
  }

  #hostOrFail(): BridgeHost {
    if (!this.#host) throw new GatewayError("account_down", "the fake bridge is not started");
    return this.#host;
  }
}

/** Only that the account is let go ends the taking in of something quietly. */
function whenLetGo(thrown: unknown): void {
  if (!(thrown instanceof GatewayError)) throw thrown;
}

const notEntered = (certainty: "certain" | "unknown"): DeliveryError =>
  new DeliveryError("account_down", "the room is not entered yet", {
    certainty,
    retry: "after",
    afterMs: 100,
  });

const lineEnded = new DeliveryError("account_down", "the line ended before the answer", {
  certainty: "unknown",
  retry: "after",
  afterMs: 100,
});

const rawMessage = ({ id, at, user, text }: FakeMessage): Raw => ({
  nativeKey: id as NativeKey,
  at,
  raw: JSON.stringify({ id, user, text }),
});

const rawState = (change: { name: string; value: string; user: string | null }): Raw => ({
  nativeKey: null,
  at: Date.now(),
  raw: JSON.stringify(change),
});
