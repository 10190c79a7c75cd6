import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { z } from "zod";
import { AppServiceListeners } from "../../../bridges/matrix/app-service.ts";
import { matrixConfig, matrixConfigSchema } from "../../../bridges/matrix/config.ts";
import { registrationYaml } from "../../../bridges/matrix/registration.ts";
import type { Transaction } from "../../../bridges/matrix/transaction.ts";
import { createLogger } from "../../../core/log.ts";
import { MatrixHttp, MatrixRefusal } from "../../../deploy/clients/matrix-http.ts";
import { MatrixUser } from "../../../deploy/clients/matrix-user.ts";
import { Waits } from "../../../deploy/clients/waits.ts";
import { freePorts } from "../../../deploy/servers/ports.ts";
import { sharedSynapse } from "../../support/servers.ts";

const [port = 0] = await freePorts(1);
const config = matrixConfig({
  name: "matrix",
  ...matrixConfigSchema.parse({
    homeserver: "http://127.0.0.1:8008",
    server_name: "one.example",
    as_token: "as-token-of-a-test",
    hs_token: "hs-token-of-a-test",
    listen: `127.0.0.1:${port}`,
  }),
});
const eventForm = z.object({ type: z.string(), event_id: z.string(), content: z.looseObject({}) });
const typingForm = z.object({
  type: z.literal("m.typing"),
  room_id: z.string(),
  content: z.object({ user_ids: z.array(z.string()) }),
});

const messages = (transactions: readonly Transaction[]) =>
  transactions
    .flatMap(({ events }) => events.map((event) => eventForm.parse(event)))
    .filter(({ type }) => type === "m.room.message");

const isExclusive = (error: unknown): boolean =>
  error instanceof MatrixRefusal && error.code === "M_EXCLUSIVE";

void describe("a real homeserver and the application service", async () => {
  const synapse = sharedSynapse({
    serverName: config.serverName,
    registrations: [registrationYaml(config, "registration.yaml")],
  });
  const listeners = new AppServiceListeners();
  const waits = new Waits("the application service");
  const tried: Transaction[] = [];
  const taken: Transaction[] = [];
  const asked: string[] = [];
  let refusals = 0;
  let leave: (() => Promise<void>) | null = null;
  let bot = new MatrixHttp("", null);
  let room = "";
  let ann: MatrixUser | null = null;

  const person = (): MatrixUser => ann ?? assert.fail("there is nobody yet");

  before(async () => {
    const server = await synapse();
    leave = await listeners.add(config.listen, {
      hsToken: config.hsToken,
      log: createLogger({ level: "error", bodies: false, stream: { write: () => undefined } }),
      deliver: (transaction) => {
        tried.push(transaction);
        const refused = refusals > 0;
        if (refused) refusals -= 1;
        else taken.push(transaction);
        waits.check();
        return refused ? Promise.reject(new Error("the disk is full")) : Promise.resolve();
      },
      user: () => Promise.resolve(false),
      room: async (alias) => {
        asked.push(alias);
        if (!alias.startsWith("#_mimi_good")) return false;
        const [name = ""] = alias.slice(1).split(":");
        await bot.call("POST", "/v3/createRoom", { room_alias_name: name, preset: "public_chat" });
        return true;
      },
    });
    bot = new MatrixHttp(server.url, config.asToken);
    const who = { type: "m.login.application_service", username: config.bot, inhibit_login: true };
    await bot.call("POST", "/v3/register", who);
    ann = await MatrixUser.register(server, "ann");
    room = await ann.createRoom();
    await bot.call("POST", `/v3/join/${room}`, {});
  });
  after(() => leave?.());

  await it("find each other by a ping", async () => {
    const path = `/v1/appservice/${config.id}/ping`;
    const answer = await bot.call("POST", path, { transaction_id: "are you there" });
    assert.ok(z.object({ duration_ms: z.number() }).parse(answer).duration_ms >= 0);
  });

  await it("exchange what is said, once and whole", async () => {
    const said = await person().say(room, "hello");
    const [event] = await waits.until("the message", () => {
      const all = messages(taken);
      return all.length > 0 && all;
    });
    assert.deepEqual([event?.event_id, event?.content["body"]], [said, "hello"]);
  });

  await it("exchange who types, once, though it is said under two names", async () => {
    await person().typing(room, true);
    const typing = await waits.until("the typing", () => {
      const all = taken.flatMap(({ ephemeral }) => ephemeral);
      const typing = all.flatMap((event) => typingForm.safeParse(event).data ?? []);
      return typing.length > 0 && typing;
    });
    assert.deepEqual(
      typing.map(({ room_id: where, content }) => [where, content.user_ids]),
      [[room, [person().id]]],
    );
  });

  await it("lose and double nothing where a transaction could not be written", async () => {
    refusals = 2;
    const from = { tried: tried.length, taken: taken.length };
    const said = [await person().say(room, "one"), await person().say(room, "two")];
    await waits.until("both", () => messages(taken.slice(from.taken)).length === 2, 20_000);
    assert.deepEqual(
      messages(taken.slice(from.taken)).map(({ event_id: id }) => id),
      said,
    );
    const withFirst = tried
      .slice(from.tried)
      .filter((one) => messages([one]).some(({ event_id: id }) => id === said[0]));
    assert.equal(withFirst.length, 3);
    assert.equal(new Set(withFirst.map(({ id }) => id)).size, 1);
  });

  await it("make a room of an address when somebody asks for it, or say that there is none", async () => {
    const server = config.serverName;
    const joined = await person().join(`#_mimi_good:${server}`);
    assert.equal((await person().state(joined, "m.room.create"))?.["room_version"] !== undefined, true);
    await assert.rejects(
      person().join(`#_mimi_bad:${server}`),
      (error) => error instanceof MatrixRefusal && error.code === "M_NOT_FOUND",
    );
    assert.deepEqual(asked, [`#_mimi_good:${server}`, `#_mimi_bad:${server}`]);
  });

  await it("keep the names of ghosts and portal rooms for the gateway", async () => {
    const body = { room_alias_name: "_mimi_mine" };
    await assert.rejects(person().http.call("POST", "/v3/createRoom", body), isExclusive);
    const ghost = { type: "m.login.application_service", username: "_mimi_x", inhibit_login: true };
    assert.deepEqual(await bot.call("POST", "/v3/register", ghost), {
      user_id: `@_mimi_x:${config.serverName}`,
      home_server: config.serverName,
    });
    const other = { ...ghost, username: "x" };
    await assert.rejects(bot.call("POST", "/v3/register", other), isExclusive);
  });
});
