import type { MessageName, NativeUser } from "../../core/bridge/inbound.ts";
import type { Transient } from "../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../core/ids.ts";
import { ListeningHost } from "./listening-host.ts";

/** A host that notes also what is shown and never stored, and says which rooms are to be entered. */
export class NotingHost extends ListeningHost {
  readonly shown: string[] = [];
  /** What is to be entered after a connection. */
  list: readonly NativeRoom[] = [];

  override rooms(): ReturnType<ListeningHost["rooms"]> {
    return Promise.resolve(this.list.map((one) => ({ room: one, mark: null })));
  }

  override transient(_room: NativeRoom, user: NativeUser, what: Transient): void {
    this.shown.push(`${user.name} ${what.typing ? "types" : "types no more"}`);
  }

  override read(_room: NativeRoom, user: NativeUser, upTo: readonly MessageName[]): void {
    this.shown.push(`${user.name} has read ${upTo[0]?.name ?? ""}`);
  }
}
