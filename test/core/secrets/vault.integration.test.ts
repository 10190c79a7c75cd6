/** Secrets in the store, on SQLite and on PostgreSQL. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { SecretBox } from "../../../core/bridge/host.ts";
import type { StoreConfig } from "../../../core/config/config.ts";
import { GatewayError } from "../../../core/errors.ts";
import type { AccountId } from "../../../core/ids.ts";
import { createLogger } from "../../../core/log.ts";
import { GivenKeys, type KeyRing, newKeyLine } from "../../../core/secrets/key-ring.ts";
import { Vault } from "../../../core/secrets/vault.ts";
import type { Store } from "../../../core/store/store.ts";
import { parseProviderDomain } from "../../../mappings/ids.ts";
import { querySql } from "../../support/harness-sql.ts";
import { storeKinds } from "../store/stores.ts";

const [ONE, TWO, THREE] = [newKeyLine(1), newKeyLine(2), newKeyLine(3)];
const unreadable = (error: unknown) => error instanceof GatewayError && error.code === "secret_unreadable";

for (const kind of storeKinds()) {
  void describe(`the secrets of accounts on ${kind.name}`, () => {
    let place: StoreConfig;
    let store: Store;
    let accounts: readonly AccountId[];
    before(async () => {
      place = await kind.place();
      store = await kind.open(place);
      accounts = await Promise.all(["here", "there"].map(register));
    });
    after(() => store.close());

    async function register(name: string): Promise<AccountId> {
      const domain = parseProviderDomain(`${name}.mimi.test`);
      assert.ok(domain);
      return (await store.write("registerAccount", { bridge: "fake", name, domain })).id;
    }
    const box = (keys: string | KeyRing, nth: 0 | 1 = 0): SecretBox => {
      const account = accounts[nth];
      assert.ok(account !== undefined);
      return new Vault(store, typeof keys === "string" ? new GivenKeys(keys) : keys).of(account);
    };
    const sql = (text: string) => querySql(place, text);

    void test("are kept, replaced, and each account's own; none of it can be read in the store", async () => {
      const [mine, his] = [box(ONE), box(ONE, 1)];
      assert.equal(await mine.get("token"), null);
      await mine.set("token", "first secret of mine");
      await mine.set("token", "second secret of mine");
      await his.set("token", "a secret of his");
      assert.deepEqual(
        [await mine.get("token"), await his.get("token")],
        ["second secret of mine", "a secret of his"],
      );
      for (const { ciphertext } of await sql("select ciphertext from secret"))
        assert.doesNotMatch(Buffer.from(ciphertext as Uint8Array).toString("latin1"), /secret/);
    });

    void test("do not open where a row was put elsewhere, or without its key", async () => {
      await box(ONE).set("moved", "mine");
      await box(ONE, 1).set("moved", "his");
      await sql(
        `update secret set ciphertext = (select s.ciphertext from secret s where s.account = ${accounts[0]} and s.kind = 'moved')` +
          ` where account = ${accounts[1]} and kind = 'moved'`,
      );
      await assert.rejects(box(ONE, 1).get("moved"), unreadable);
      assert.equal(await box(ONE).get("moved"), "mine");
      await assert.rejects(box(TWO).get("moved"), unreadable);
      await assert.rejects(box(newKeyLine(1)).get("moved"), unreadable);
      await sql("delete from secret where kind = 'moved'");
    });

    void test("are taken out by one caller alone, and only if it is the right one", async () => {
      await box(ONE).set("link", "the link");
      assert.equal(await box(ONE).take("link", (text) => text === "another link"), null);
      const takes = await Promise.all(
        [1, 2, 3].map(() => box(ONE).take("link", (text) => text === "the link")),
      );
      assert.deepEqual(
        takes.filter((taken) => taken !== null),
        ["the link"],
      );
      assert.equal(await box(ONE).get("link"), null);
    });

    void test("are encrypted with another key, and are listed without being opened", async () => {
      await box(ONE).set("token", "under one");
      await box(ONE, 1).set("token", "under one too");
      const vault = new Vault(store, new GivenKeys(ONE + TWO));
      const report = await vault.rotate();
      assert.deepEqual(report, { key: 2, secrets: 2, given: true });
      assert.equal(await box(TWO).get("token"), "under one");
      await assert.rejects(box(ONE).get("token"), unreadable);
      assert.deepEqual(await new Vault(store, new GivenKeys(ONE)).list(), [
        { account: "here", kind: "token", key: 2, known: false },
        { account: "there", kind: "token", key: 2, known: false },
      ]);
    });

    void test("all open after a change of keys that was broken off in the middle, and it can be begun again", async () => {
      await box(TWO).set("token", "mine");
      await box(TWO, 1).set("token", "his");
      const breaking: Store = {
        ...bound(store),
        write: (name, input) =>
          name === "rewrapSecret" && JSON.stringify(input).includes(`"account":${accounts[1]}`)
            ? Promise.reject(new GatewayError("store_full", "in the middle"))
            : store.write(name, input),
      };
      await assert.rejects(new Vault(breaking, new GivenKeys(TWO + THREE)).rotate());
      const both = new Vault(store, new GivenKeys(TWO + THREE));
      assert.deepEqual(
        (await both.list()).map(({ key }) => key),
        [3, 2],
      );
      assert.deepEqual(
        [await box(TWO + THREE).get("token"), await box(TWO + THREE, 1).get("token")],
        ["mine", "his"],
      );
      assert.deepEqual(await both.rotate(), { key: 3, secrets: 1, given: true });
      assert.equal(await box(THREE, 1).get("token"), "his");
    });

    void test("are not rotated away from a key that is missing", async () => {
      await box(THREE).set("token", "mine");
      await assert.rejects(new Vault(store, new GivenKeys(newKeyLine(4))).rotate(), unreadable);
      assert.equal(await box(THREE).get("token"), "mine");
    });

    void test("do not stand in the log", async () => {
      const lines: string[] = [];
      const stream = { write: (line: string) => lines.push(line) };
      const log = createLogger({ level: "info", bodies: false, stream });
      await box(THREE).set("token", 'hunter2"quoted');
      log.info({ where: 'in hunter2"quoted' }, 'said hunter2"quoted');
      assert.doesNotMatch(lines.join(""), /hunter2/);
      assert.equal((JSON.parse(lines[0] ?? "") as { msg: string }).msg, "said [redacted]");
    });
  });
}

const bound = (store: Store): Store => ({
  dialect: store.dialect,
  slot: store.slot,
  read: (unit) => store.read(unit),
  write: (name, input) => store.write(name, input),
  checkVersion: () => store.checkVersion(),
  close: () => store.close(),
});
