/** Whom a check works with: how far the checker has come with the gateway that it checks. */
import type { Desk } from "./desk.ts";
import type { House } from "./house.ts";
import type { Identity } from "./identity.ts";
import type { OwnGroup } from "./own-group.ts";
import type { OwnHost } from "./own-host.ts";
import type { Subject } from "./subject.ts";

/** Nobody knows the checker yet. */
export interface Stranger {
  readonly subject: Subject;
  readonly me: Identity;
}

/** A code was redeemed. */
export interface Connected extends Stranger {
  readonly house: House;
  readonly connection: string;
  readonly code: string;
}

/** The code was for a group, in which the checker is a guest. */
export interface Guest extends Connected {
  readonly desk: Desk;
  readonly group: string;
  /** `groups/AUTHORITY/ID`, with a slash before. */
  readonly path: string;
  /** Where reading begins. */
  readonly cursor: string;
  readonly seq: number;
}

/** The gateway that is checked follows groups of the checker's. */
export interface Owner extends Stranger {
  readonly house: House;
  readonly host: OwnHost;
  /** In which all is right. */
  readonly good: OwnGroup;
  /** One for each fault that is to be tried, as many as codes were redeemed. */
  readonly bad: readonly OwnGroup[];
}
