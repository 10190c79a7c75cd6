/** What an operator asks for about invitations and knocks, answered from the store and by the part that speaks to other gateways. */
import { authorityOf, parseProviderDomain, parseUserUri, type ProviderDomain } from "../../mappings/ids.ts";
import { GatewayError } from "../errors.ts";
import type { FederationAccess } from "../federation/peers/federation-access.ts";
import { LONGEST_REASON } from "../federation/routes/knocks.ts";
import type { InvitationId, KnockId } from "../ids.ts";
import type {
  AnsweredReport,
  InvitationOperations,
  InvitationReport,
  InvitedReport,
  InviteQuestion,
  KnockedReport,
  KnockQuestion,
  KnockReport,
} from "../invitation-operations.ts";
import { limits } from "../limits.ts";
import type { LinkReport, Operations, RoomReference } from "../operations.ts";
import type { Store } from "../store/store.ts";
import {
  type AnswerInput,
  findInvitation,
  type InvitationRow,
  listInvitations,
} from "../store/units/invitations.ts";
import { findKnock, listKnocks } from "../store/units/knocks.ts";
import { peerById } from "../store/units/peers.ts";
import { groupUriOf } from "./federation-names.ts";
import { requireFederation } from "./require-federation.ts";
import { bindingOf, type RoomAccount } from "./room-accounts.ts";

export interface StoredInvitationsOptions {
  readonly store: Store;
  readonly hosts: readonly RoomAccount[];
  /** null: nothing is exchanged with other gateways in this process. */
  readonly access: FederationAccess | null;
  readonly running: boolean;
  readonly link: Operations["link"];
}

const ACTOR = "operator";

export class StoredInvitations implements InvitationOperations {
  readonly #options: StoredInvitationsOptions;

  constructor(options: StoredInvitationsOptions) {
    this.#options = options;
  }

  async invite({ group: text, wanted, inviter, role }: InviteQuestion): Promise<InvitedReport> {
    const { store } = this.#options;
    const access = requireFederation(this.#options);
    const group = groupUriOf(text);
    const by = inviter ?? `mimi://${authorityOf(group)}`;
    if (inviter !== null && (parseUserUri(inviter) === null || !this.#isOurs(authorityOf(inviter))))
      throw new GatewayError("usage", `${inviter} is no user of this gateway's`);
    const at = Date.now();
    const expires = at + limits.invitationMs;
    const asked = { group, wanted: wantedUri(wanted), inviter: by, role, expires, at, actor: ACTOR };
    const { invitation, rooms } = await store.write("invite", asked);
    const { peer } = invitation;
    access.changed({ peer, groups: [invitation.group], rooms, followed: [] });
    const told = await access.inviter.tell(invitation);
    const base = (await store.read(peerById(peer)))?.base ?? invitation.provider;
    return { group, wanted: invitation.wanted, base, expires, told };
  }

  async list(): Promise<readonly InvitationReport[]> {
    return (await this.#options.store.read(listInvitations(Date.now()))).map(invitationReport);
  }

  async accept(id: number, room: RoomReference | null): Promise<AnsweredReport> {
    const { store, link } = this.#options;
    const access = requireFederation(this.#options);
    const invitation = await store.read(findInvitation({ id: id as InvitationId, now: Date.now() }));
    if (room !== null) await this.#checkRoom(room, invitation);
    const place = await access.inviter.placeIn(invitation.group, invitation.peer);
    const answered = await this.#answer(id, place);
    if (room === null) return { ...answered, linked: null };
    return { ...answered, linked: await linkOrSay(link, room, answered.group) };
  }

  async decline(id: number): Promise<AnsweredReport> {
    requireFederation(this.#options);
    return this.#answer(id, null);
  }

  async knock({ group: text, user: by, reason }: KnockQuestion): Promise<KnockedReport> {
    const { inviter } = requireFederation(this.#options);
    const group = groupUriOf(text);
    const user = parseUserUri(by);
    if (user === null || !this.#isOurs(authorityOf(user)))
      throw new GatewayError("usage", `${by} is no user of this gateway's`);
    if (reason.length > LONGEST_REASON)
      throw new GatewayError("usage", `a reason has ${LONGEST_REASON} characters at most`);
    return { group, user, base: await inviter.knock(group, user, reason) };
  }

  async knocks(): Promise<readonly KnockReport[]> {
    return this.#options.store.read(listKnocks());
  }

  async admit(id: number): Promise<InvitedReport> {
    const { group, user } = await this.#options.store.read(findKnock(id as KnockId));
    const invited = await this.invite({ group, wanted: user, inviter: null, role: null });
    await this.#endKnock(id, "knock admit");
    return invited;
  }

  async dropKnock(id: number): Promise<KnockReport> {
    return this.#endKnock(id, "knock drop");
  }

  async #endKnock(id: number, act: "knock admit" | "knock drop"): Promise<KnockReport> {
    const ended = { id: id as KnockId, act, at: Date.now(), actor: ACTOR };
    return this.#options.store.write("endKnock", ended);
  }

  async #answer(id: number, place: AnswerInput["place"]): Promise<AnsweredReport> {
    const { store, access } = this.#options;
    const answer = { id: id as InvitationId, place, at: Date.now(), actor: ACTOR };
    const { invitation, group } = await store.write("answerInvitation", answer);
    const { peer, base, wanted } = invitation;
    access?.changed({ peer, groups: [], rooms: [], followed: [group] });
    const known = { group: invitation.group, wanted, base, linked: null };
    return { ...known, answer: place === null ? "declined" : "accepted" };
  }

  /** Before the invitation is used up for it: a room that can't be in the group. */
  async #checkRoom(room: RoomReference, { group, wanted }: InvitationRow): Promise<void> {
    const { store, hosts } = this.#options;
    const account = hosts.find(({ options }) => options.name === room.account);
    const provider = authorityOf(wanted);
    if (account && account.options.provider !== provider)
      throw new GatewayError(
        "usage",
        `the invitation is for ${provider}, and ${room.account} is another provider`,
      );
    const binding = await bindingOf(store, hosts, room);
    if (binding && binding.groupUri !== group)
      throw new GatewayError(
        "room_linked",
        `${room.account}:${room.room} is linked in group ${binding.groupUri}: unlink it there first`,
      );
  }

  #isOurs(provider: ProviderDomain): boolean {
    return this.#options.hosts.some(({ options }) => options.provider === provider);
  }
}

/** A user's URI, or that of a provider by its domain. Throws GatewayError usage. */
function wantedUri(text: string): string {
  if (parseUserUri(text) !== null) return text;
  if (parseProviderDomain(text) !== null) return `mimi://${text}`;
  throw new GatewayError(
    "usage",
    `${text} is neither a user's URI, mimi://PROVIDER/u/ID, nor a provider's domain`,
  );
}

async function linkOrSay(link: Operations["link"], room: RoomReference, group: string): Promise<LinkReport> {
  try {
    return await link([room], group);
  } catch (thrown) {
    if (!(thrown instanceof GatewayError)) throw thrown;
    const remedy = `the invitation is accepted; when that is cured: mimi-gateway link ${room.account}:${room.room} --group ${group}`;
    throw new GatewayError(thrown.code, `${thrown.detail}; ${remedy}`, { cause: thrown });
  }
}

function invitationReport(row: InvitationRow): InvitationReport {
  const { id, group, name, wanted, inviter, role, base, at, expires } = row;
  return { id, group, name: name === "" ? null : name, wanted, inviter, role, base, at, expires };
}
