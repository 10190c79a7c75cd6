/** What a test makes go wrong. Everything is off until it is set, and may be changed at any time. */
import type { Milliseconds } from "../../core/time.ts";

/** A call of the Web API as it came, with its arguments read but not checked. */
export interface SeenCall {
  readonly method: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  /** The workspace of the call's token; null: of none. */
  readonly team: string | null;
  readonly at: Milliseconds;
}

export type CallFault =
  /** Answered with this error code and not made. */
  | { readonly kind: "refuse"; readonly error: string }
  /** Answered with an HTTP status and a page that is no JSON; not made. */
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "throttle"; readonly seconds: number }
  /** Not made, and the connection is cut. */
  | { readonly kind: "lost-before" }
  /** Made, and the connection is cut. */
  | { readonly kind: "lost-after" }
  /**
   * Made, the connection is cut, and nobody sees or hears of it until this much later. What changes or marks a message
   * that was there is seen at once, and only heard of later.
   */
  | { readonly kind: "lost-unseen"; readonly ms: Milliseconds }
  /** Made, and answered with status 200 and this in the place of JSON. */
  | { readonly kind: "garbled"; readonly body: string }
  /** Made, and answered when the promise resolves. */
  | { readonly kind: "late"; readonly until: Promise<void> };

/** An event before its first attempt. */
export interface SeenEvent {
  readonly id: string;
  readonly team: string;
  /** The inner event, or the payload of a command or a button. */
  readonly event: Readonly<Record<string, unknown>>;
}

export interface EventFault {
  /** How many times it is sent, under one event id; 0: never. */
  readonly copies?: number;
  /** How much later than the others it goes out. */
  readonly afterMs?: Milliseconds;
}

export class Faults {
  /** Decides on each call that has passed the checks of token and limits, just before it is made. */
  onCall: (call: SeenCall) => CallFault | null = () => null;
  /** Decides on each event. */
  onEvent: (event: SeenEvent) => EventFault | null = () => null;
  /** Every request is cut without an answer and no socket is taken, as if Slack could not be reached. */
  outage = false;
  /** Sockets are taken, and then nothing is ever said on them, pings included. */
  silentSockets = false;
  /** Sockets are cut this long after their hello; null: they stay. */
  socketLifeMs: Milliseconds | null = null;
  /** How long after files.completeUploadExternal the files are in the channel; null: never, though it answered ok. */
  fileShareMs: Milliseconds | null = 0;
  /** What is added to the time under which HTTP events are signed. */
  signatureSkewMs: Milliseconds = 0;
  /** HTTP events are signed with a secret that nobody knows. */
  forgedSignatures = false;
  /** Whoever is asked to let the app in says no. */
  installsDenied = false;
  /** Messages of one workspace are no more changed, as where its owners let nobody edit. */
  editsClosed = false;
  /** Events are kept back, in order. */
  #withheld: (() => void)[] | null = null;

  /** From now on events are kept back. */
  withholdEvents(): void {
    this.#withheld ??= [];
  }

  /** Lets go what was kept back; `reversed`: the latest first. */
  releaseEvents(order: "in order" | "reversed" = "in order"): void {
    const held = this.#withheld ?? [];
    this.#withheld = null;
    for (const send of order === "in order" ? held : held.toReversed()) send();
  }

  /** Every call of these methods (all where none is named) is throttled until the function that is returned is called. */
  storm(seconds: number, methods: readonly string[] = []): () => void {
    const before = this.onCall;
    this.onCall = (call) =>
      methods.length === 0 || methods.includes(call.method) ? { kind: "throttle", seconds } : before(call);
    return () => {
      this.onCall = before;
    };
  }

  /** Passes an event on, or keeps it back. */
  pass(send: () => void): void {
    if (this.#withheld === null) send();
    else this.#withheld.push(send);
  }
}
