/**
 * A slot: the name under which one process holds leases, held itself by a session's advisory lock, so that the
 * database gives it free the moment the process dies, and the next one in the slot may free its leases at once.
 */
import pg from "pg";
import { GatewayError } from "../../errors.ts";

export interface Slot {
  readonly name: string;
  release(): Promise<void>;
}

/** More processes than this on one machine do not help. */
const MOST_SLOTS = 64;
const RETRY_MS = 1_000;

/** With `numbered`: the first free of `name/1`, `name/2`, ...; else the name itself, or store_locked. */
export async function holdSlot(url: string, name: string, numbered: boolean): Promise<Slot> {
  const names = numbered ? Array.from({ length: MOST_SLOTS }, (_, i) => `${name}/${i + 1}`) : [name];
  const client = await connect(url);
  for (const candidate of names) {
    if (await tryLock(client, candidate)) return new HeldSlot(url, candidate, client);
  }
  await client.end();
  throw new GatewayError(
    "store_locked",
    `another process holds the slot ${names.join(", ")}: name another one`,
  );
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, keepAlive: true });
  await client.connect();
  return client;
}

async function tryLock(client: pg.Client, name: string): Promise<boolean> {
  const text = "select pg_try_advisory_lock(hashtextextended($1, 0)) as held";
  const { rows } = await client.query({ text, values: [`mimi-gateway slot ${name}`] });
  return (rows as { held: boolean }[])[0]?.held === true;
}

class HeldSlot implements Slot {
  readonly name: string;
  readonly #url: string;
  #client: pg.Client;
  #released = false;

  constructor(url: string, name: string, client: pg.Client) {
    this.#url = url;
    this.name = name;
    this.#client = client;
    this.#watch();
  }

  async release(): Promise<void> {
    this.#released = true;
    await this.#client.end();
  }

  #watch(): void {
    // The lock goes with the session. Until it is back another process may free our leases; the epochs keep what
    // we write right meanwhile.
    this.#client.on("error", () => undefined);
    this.#client.on("end", () => {
      if (!this.#released) this.#takeBack();
    });
  }

  #takeBack(): void {
    setTimeout(() => {
      if (this.#released) return;
      connect(this.#url).then(
        async (client) => {
          this.#client = client;
          this.#watch();
          if (!(await tryLock(client, this.name))) await client.end();
        },
        () => this.#takeBack(),
      );
    }, RETRY_MS).unref();
  }
}
