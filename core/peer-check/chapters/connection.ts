/** What is between two gateways, and its end (docs/mtp.md, Connections and codes, Invitations, Knocks, Media, Hint). */
import { randomBytes } from "node:crypto";
import { connectionsForm, redeemedForm } from "../answers.ts";
import { type Check, NotChecked } from "../ledger.ts";
import type { Connected, Guest } from "../parties.ts";
import { CANARY, describe, readGranted } from "../wire.ts";
import { redeeming } from "./redeem.ts";

const again: Check<Connected> = {
  title: "the same code again",
  about: ["redeem-once", "idempotent"],
  async run(connected, expect) {
    const { subject, me, code, connection } = connected;
    const answer = await subject.ask(me, redeeming(connected, code));
    const read = readGranted(redeemedForm, "POST redeem", answer);
    expect("redeem-once", read.connection === connection, "the same connection", read.connection);
    expect("idempotent", true, "", "");
    const other = await subject.ask(me, { ...redeeming(connected, code), wrong: { forged: true } });
    expect(
      "redeem-once",
      other.status === 401,
      "401 to a forged signature with the same code",
      describe(other),
    );
  },
};

const doors: Check<Connected> = {
  title: "knocks, hints and invitations",
  about: ["knock-uniform", "hint-data", "hint-rate"],
  async run({ subject, me, house }, expect) {
    const user = `mimi://${me.base}/u/checker`;
    for (const group of ["nobody.invalid/x", `${subject.base}/peer-check-none`]) {
      const answer = await subject.ask(me, {
        path: `/groups/${group}/knocks`,
        body: { user, reason: "peer check" },
      });
      expect("knock-uniform", answer.status === 202, `202 to a knock at ${group}`, describe(answer));
    }
    const malformed = await subject.ask(me, {
      path: "/groups/nobody.invalid/x/knocks",
      body: { user: CANARY },
    });
    expect(
      "knock-uniform",
      malformed.code === "malformed",
      "400 malformed to a user that is none",
      describe(malformed),
    );
    const hints = [
      { reason: "back" },
      { reason: "new", groups: ["mimi://nobody.invalid/r/x"] },
      { reason: "back" },
    ];
    for (const hint of hints) {
      const answer = await subject.ask(me, { path: "/hint", body: hint });
      expect("hint-data", answer.status === 202, `202 to the hint ${hint.reason}`, describe(answer));
    }
    for (const hint of [{ reason: CANARY }, { reason: "new" }, { reason: "new", groups: [] }]) {
      const answer = await subject.ask(me, { path: "/hint", body: hint });
      expect(
        "hint-data",
        answer.code === "malformed",
        "400 malformed to a hint that is none",
        describe(answer),
      );
    }
    const sent = house.asked.filter(({ target }) => target.endsWith("/hint")).map(({ at }) => at);
    const close = sent.some((at, index) => index > 0 && at - (sent[index - 1] ?? 0) < 9_500);
    if (sent.length > 0) expect("hint-rate", !close, "10 seconds between hints", "less");
  },
};

const invitations: Check<Connected> = {
  title: "invitations to nobody",
  about: ["invite-uniform", "invite-again"],
  async run({ subject, me }, expect) {
    const invitation = {
      group: `mimi://${me.base}/r/peer-check`,
      user: `mimi://${subject.base}/u/peer-check-nobody`,
      inviter: `mimi://${me.base}/u/checker`,
      name: "peer check",
    };
    const answer = await subject.ask(me, { path: "/invitations", body: invitation });
    if (answer.code === "unknown_peer" || answer.code === "not_found")
      throw new NotChecked("needs a code of the scope gateway", true);
    expect(
      "invite-uniform",
      answer.status === 202,
      "202 whether there is such a user or not",
      describe(answer),
    );
    const second = await subject.ask(me, { path: "/invitations", body: invitation });
    expect("invite-again", second.status === 202, "202 again", describe(second));
    for (const body of [
      { ...invitation, user: CANARY },
      { ...invitation, group: undefined },
      { group: invitation.group },
    ]) {
      const wrong = await subject.ask(me, { path: "/invitations", body });
      expect(
        "invite-uniform",
        wrong.code === "malformed",
        "400 malformed to an invitation that is none",
        describe(wrong),
      );
    }
  },
};

const media: Check<Connected> = {
  title: "files that nobody has",
  about: ["media-who"],
  async run({ subject, me }, expect) {
    for (const method of ["GET", "HEAD"] as const) {
      const answer = await subject.ask(me, {
        method,
        path: `/media/${randomBytes(16).toString("base64url")}`,
      });
      expect("media-who", answer.status === 404, `404 not_found to ${method}`, describe(answer));
    }
    const short = await subject.ask(me, { path: "/media/x" });
    expect("media-who", short.code === "not_found", "404 not_found to an id that is none", describe(short));
  },
};

const putting: Check<Guest> = {
  title: "a file left with the owner",
  about: ["media-put"],
  async run({ subject, me, path }, expect) {
    const put = (octets: Uint8Array) =>
      subject.ask(me, { method: "PUT", path: file, body: octets, type: "application/octet-stream" });
    const file = `${path}/media/${randomBytes(16).toString("base64url")}`;
    if (!subject.feature("submit.post")) throw new NotChecked("the feature submit.post is not announced");
    const octets = randomBytes(64);
    const statuses = [await put(octets), await put(octets), await put(randomBytes(64))].map(
      ({ status }) => status,
    );
    expect(
      "media-put",
      statuses.join(" ") === "201 200 409",
      "201, 200 for the same again, 409 for others",
      statuses.join(", "),
    );
  },
};

const held: Check<Guest> = {
  title: "more held requests than are allowed",
  about: ["rate"],
  async run({ subject, me, path, cursor }, expect) {
    const most = subject.limit("held", 64);
    if (most > 64) throw new NotChecked("more held requests are allowed than this check makes");
    const head = await subject.ask(me, { path: `${path}/events?after=${cursor}` });
    const { cursor: last } = head.value as { cursor?: string };
    const polls = Array.from({ length: most + 1 }, () =>
      subject.ask(me, { path: `${path}/events?after=${last}&wait=4`, hasty: true }),
    );
    const over = (await Promise.all(polls)).filter(({ status }) => status === 429);
    expect("rate", over.length > 0, `429 to ${most + 1} held requests`, "none");
    for (const { headers } of over.slice(0, 1))
      expect(
        "rate",
        /^[1-9]\d*$/.test(headers["retry-after"] ?? ""),
        "Retry-After",
        headers["retry-after"] ?? "none",
      );
  },
};

const wellKnownReads: Check<Connected> = {
  title: "how often the well-known was read",
  about: ["wk-rate"],
  run({ house }, expect) {
    const reads = house.wellKnownReads;
    const close = reads.some((at, index) => index > 0 && at - (reads[index - 1] ?? 0) < 59_000);
    if (reads.length > 0) expect("wk-rate", !close, "a minute between reads of the well-known", "less");
  },
};

const end: Check<Connected> = {
  title: "the end of the connection",
  about: ["connection-end", "connection-last"],
  async run({ subject, me, connection }, expect) {
    const listed = readGranted(
      connectionsForm,
      "GET connections",
      await subject.ask(me, { path: "/connections" }),
    );
    const own = listed.connections.find((one) => one.connection === connection);
    expect(
      "connection-end",
      own?.state === "active",
      "the connection among those listed",
      own?.state ?? "none",
    );
    const nobody = await subject.ask(me, { method: "DELETE", path: "/connections/none" });
    expect("connection-end", nobody.code === "not_found", "404 not_found to another id", describe(nobody));
    for (const time of ["", " again"]) {
      const answer = await subject.ask(me, { method: "DELETE", path: `/connections/${connection}` });
      expect(
        "connection-end",
        answer.status === 204 || answer.status === 200,
        `204${time}`,
        describe(answer),
      );
    }
    const after = readGranted(
      connectionsForm,
      "GET connections",
      await subject.ask(me, { path: "/connections" }),
    );
    if (after.connections.some(({ state }) => state === "active"))
      throw new NotChecked("there are other connections between the two");
    for (const body of [
      { path: "/groups/nobody.invalid/x/knocks", body: { user: `mimi://${me.base}/u/checker` } },
      { path: "/hint", body: { reason: "back" } },
    ]) {
      const answer = await subject.ask(me, body);
      expect(
        "connection-last",
        answer.code === "unknown_peer",
        `403 unknown_peer to ${body.path}`,
        describe(answer),
      );
    }
  },
};

/** What a code of either scope brings; then what a group's brings; then, last, the end. */
export const connectionChecks: readonly Check<Connected>[] = [again, doors, invitations, media];
export const guestDoorChecks: readonly Check<Guest>[] = [putting];
export const heldChecks: readonly Check<Guest>[] = [held];
export const endChecks: readonly Check<Connected>[] = [wellKnownReads, end];
