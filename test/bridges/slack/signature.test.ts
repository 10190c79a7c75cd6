import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, it } from "node:test";
import { isSigned } from "../../../bridges/slack/signature.ts";

const SECRET = "8f742231b10e8888abcd99yyyzzz85a5";
const NOW = 1_531_420_618_000;
const body = Buffer.from('{"text":"Grüße \\u0000"}');

function signed(timestamp: string, secret = SECRET) {
  const digest = createHmac("sha256", secret).update(`v0:${timestamp}:`).update(body).digest("hex");
  return { body, timestamp, signature: `v0=${digest}` };
}

void describe("Slack's signature of a request", () => {
  void it("accepts the example of Slack's documentation", () => {
    const example = Buffer.from(
      "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c",
    );
    const signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";
    assert.equal(isSigned({ body: example, signature, timestamp: "1531420618" }, SECRET, NOW), true);
  });

  void it("refuses another secret, another body, and a digest of another length", () => {
    assert.equal(isSigned(signed("1531420618", "another"), SECRET, NOW), false);
    assert.equal(isSigned({ ...signed("1531420618"), body: Buffer.from("{}") }, SECRET, NOW), false);
    assert.equal(isSigned({ ...signed("1531420618"), signature: "v0=" }, SECRET, NOW), false);
  });

  void it("refuses a request of more than five minutes ago or ahead, and a time that is none", () => {
    assert.equal(isSigned(signed("1531420318"), SECRET, NOW), true);
    for (const time of ["1531420317", "1531420919", "", "1531420618.5", "-1"])
      assert.equal(isSigned(signed(time), SECRET, NOW), false, time);
  });
});
