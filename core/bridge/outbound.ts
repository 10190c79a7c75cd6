/** What a bridge is given to deliver, the steps that it makes of that, and what comes of a step. */
import type { NativeUser } from "./inbound.ts";
import { type ErrorCode, GatewayError } from "../errors.ts";
import type { DeliveryKey, NativeId, NativeRoom } from "../ids.ts";
import type { Milliseconds } from "../time.ts";
import type { MemberAct, RoomPropertyName } from "../../mappings/events.ts";
import type { EventId, GroupUri, UserUri } from "../../mappings/ids.ts";
import type { Loss } from "../../mappings/loss.ts";
import type { OutboundContext } from "../../mappings/mapping.ts";
import type { Message } from "../../mappings/message.ts";

/** What is known of the messages that an event refers to, as they are in the room that it goes to. */
export interface RoomContext extends OutboundContext {
  /** Who said a message, where that was a remote user. */
  author(message: EventId): Speaker | null;
  readonly manners: Manners;
}

/** How a room wants remote people to appear in it, as far as its policy says that. */
export interface Manners {
  /** Speakers' names are as the room wants them: nothing is added to them. */
  readonly named: boolean;
  /** Whether they may notify everybody in the room; null: as the account is configured. */
  readonly massMentions: boolean | null;
}

/** What is shown as it happens and never stored. */
export interface Transient {
  readonly kind: "typing";
  readonly typing: boolean;
}

/**
 * What a bridge is given to show, and may leave out. `read`: the speaker has read up to this event. `profile`: he is called, or
 * looks, as he does here from now on.
 */
export type Shown =
  | Transient
  | { readonly kind: "read"; readonly upTo: EventId; readonly context: RoomContext }
  | { readonly kind: "profile" };

/** The remote user in whose name something is delivered. */
export interface Speaker {
  readonly uri: UserUri;
  readonly name: string;
  /**
   * Where this gateway gives his picture to everybody; to a bridge that copies pictures perhaps a path alone (see `showsAvatars`).
   * Left out: he has none, or the gateway has no public address.
   */
  readonly avatar?: string;
}

/** An entry of the log as a delivery sees it. */
export type OutEvent =
  | {
      readonly kind: "message";
      readonly id: EventId;
      readonly speaker: Speaker;
      readonly message: Message;
    }
  | {
      readonly kind: "property";
      readonly id: EventId;
      readonly speaker: Speaker | null;
      /** `moderated`: whether not everybody may speak. */
      readonly name: RoomPropertyName | "moderated";
      /** Which of several: of the pins, the message's event id; left out where there is one only. */
      readonly item?: string;
      /** Of what is so or not: `true`, or empty. Of the avatar: an address, by which the context knows where the picture is. */
      readonly value: string;
    }
  | {
      /** Who is in the group has changed; the room's context knows the user. */
      readonly kind: "member";
      readonly id: EventId;
      /** Of a user or of a provider. */
      readonly user: string;
      readonly change: MemberAct;
      readonly reason: string;
    }
  /** A poll of the room stands otherwise than before; its context says how. Told at intervals, the last state always. */
  | { readonly kind: "tally"; readonly poll: EventId }
  | {
      /** A line of the gateway itself, for the room or for one person in it; never bridged onward. */
      readonly kind: "notice";
      readonly to: NativeUser | null;
      readonly text: string;
      /** The thread in which it is said, as the room's messages name it; empty: none. */
      readonly thread: Uint8Array;
    };

/** One native effect. `args` is the bridge's own, plain data, equal whenever the same event is planned again. */
export interface Step {
  readonly op: string;
  /** Which part of its event the result is, from 0; null: nothing refers to it by its place. */
  readonly part: number | null;
  readonly speaker: Speaker | null;
  readonly args: Readonly<Record<string, Plain>>;
}

/** An argument that is a text; empty where it is none. */
export function textArg(step: Step, name: string): string {
  const value = step.args[name];
  return typeof value === "string" ? value : "";
}

/** JSON: what can be compared and hashed. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

export interface Plan {
  readonly steps: readonly Step[];
  readonly losses: readonly Loss[];
}

/** Says that a native call took effect, and what the room calls the result (null: it has no id of its own). */
export interface Receipt {
  readonly native: NativeId | null;
  /** What else the platform refers to it by; null: nothing. */
  readonly aux: string | null;
  readonly at: Milliseconds;
  /** What the room now says of a property that was set, where that is not the very value. */
  readonly shown?: string;
}

/** Which group and event something is a copy of. `via`: the groups through which it came into that one, the latest last; left out: none. */
export interface Origin {
  readonly group: GroupUri;
  readonly event: EventId;
  readonly via?: readonly string[];
}

/** What names a delivery to the platform and to whoever looks at the message there. */
export interface DeliveryContext {
  readonly room: NativeRoom;
  readonly key: DeliveryKey;
  /** The mark that loop checks look for. Notices have none. */
  readonly origin: Origin | null;
}

/** A failed native call. The lane decides by `certainty` and `retry`, never by the code. */
export class DeliveryError extends GatewayError {
  readonly certainty: "certain" | "unknown";
  readonly retry: "never" | "backoff" | "after";
  /** With `after`: how long the platform asked to wait. */
  readonly afterMs: Milliseconds;

  constructor(
    code: ErrorCode,
    detail: string,
    verdict: {
      certainty: "certain" | "unknown";
      retry: "never" | "backoff" | "after";
      afterMs?: Milliseconds;
    },
    options?: ErrorOptions,
  ) {
    super(code, detail, options);
    this.certainty = verdict.certainty;
    this.retry = verdict.retry;
    this.afterMs = verdict.afterMs ?? 0;
  }
}
