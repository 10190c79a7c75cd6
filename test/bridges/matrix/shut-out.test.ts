import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MatrixError } from "matrix-js-sdk";
import { Entrances } from "../../../bridges/matrix/entrances.ts";
import { OwnUsers } from "../../../bridges/matrix/names.ts";
import { meantByRefusal } from "../../../bridges/matrix/shut-out.ts";
import { DeliveryError } from "../../../core/bridge/outbound.ts";
import type { NativeRoom } from "../../../core/ids.ts";

const own = new OwnUsers({ bot: "mimi", userPrefix: "_mimi_", serverName: "hs.example" });
const GHOST = "@_mimi_a.test_b:hs.example";
const forbidden = new MatrixError({ errcode: "M_FORBIDDEN" }, 403);

/** What a refusal means in a room with these members. `failure`: what asking for them comes to. */
async function meant(thrown: unknown, ghost: string | null, members: readonly string[], failure?: Error) {
  const told: string[] = [];
  const api = {
    call: ({ path }: { readonly path: string }): Promise<unknown> => {
      if (failure) return Promise.reject(failure);
      if (!members.includes(own.bot)) return Promise.reject(forbidden);
      const user = decodeURIComponent(path.split("/").at(-1) ?? "");
      return Promise.resolve({ membership: members.includes(user) ? "join" : "leave" });
    },
  };
  const error = await meantByRefusal(
    thrown,
    ghost,
    { id: "!room" as NativeRoom, putOut: (reason) => void told.push(reason) },
    {
      ghosts: { bot: () => Promise.resolve({ id: own.bot, device: undefined }) },
      entrances: new Entrances({ api, own }),
    },
  );
  return { error, told };
}

void describe("a room that refuses somebody of the gateway's", () => {
  void it("means it where he is in it", async () => {
    assert.equal((await meant(forbidden, GHOST, [own.bot, GHOST])).error, forbidden);
    assert.equal((await meant(forbidden, null, [own.bot])).error, forbidden);
    const other = new MatrixError({ errcode: "M_TOO_LARGE" }, 413);
    assert.equal((await meant(other, GHOST, [])).error, other);
  });

  void it("is asked again where a ghost was put out of it, who is let in first", async () => {
    const { error, told } = await meant(forbidden, GHOST, [own.bot]);
    assert.ok(error instanceof DeliveryError);
    assert.deepEqual([error.certainty, error.retry, told], ["certain", "after", []]);
  });

  void it("is waited for where the gateway itself was put out of it", async () => {
    for (const ghost of [null, GHOST]) {
      const { error, told } = await meant(forbidden, ghost, [GHOST]);
      assert.ok(error instanceof DeliveryError);
      assert.deepEqual([error.code, error.retry], ["room_unreachable", "after"]);
      assert.match(told.join(), /^@mimi:hs\.example was put out of it: invite it again$/);
    }
  });

  void it("is asked again where nobody can say who is in it", async () => {
    const { error } = await meant(forbidden, GHOST, [], new Error("no connection"));
    assert.ok(error instanceof DeliveryError);
    assert.deepEqual([error.certainty, error.retry], ["certain", "backoff"]);
  });
});
