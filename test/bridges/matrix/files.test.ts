import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { addressOf, fileAccess, mxcOf, pictureAddressOf } from "../../../bridges/matrix/files.ts";

const HS = "https://hs.example";
const MEDIA = `${HS}/_matrix/client/v1/media`;
const TOKEN = "a token";

void describe("files at a homeserver", () => {
  void it("have an address of the account's homeserver, and their own name again", () => {
    assert.equal(addressOf("mxc://other.example/abc", HS), `${MEDIA}/download/other.example/abc`);
    assert.equal(mxcOf(`${MEDIA}/download/other.example/abc`, HS), "mxc://other.example/abc");
    assert.equal(addressOf("https://web.example/a.png", HS), "https://web.example/a.png");
    assert.equal(mxcOf("https://web.example/a.png", HS), null);
  });

  void it("are given small where they are pictures of people", () => {
    const address = `${MEDIA}/thumbnail/other.example/abc?width=320&height=320&method=scale`;
    assert.equal(pictureAddressOf("mxc://other.example/abc", HS), address);
    assert.equal(pictureAddressOf("", HS), null);
  });

  void it("are opened with the account's token, which goes nowhere else", () => {
    for (const source of [
      addressOf("mxc://other.example/abc", HS),
      String(pictureAddressOf("mxc://other.example/abc", HS)),
    ]) {
      const access = fileAccess(source, HS, TOKEN);
      assert.deepEqual(access?.headers(new URL(source)), { authorization: `Bearer ${TOKEN}` });
      for (const elsewhere of [`${HS}/_matrix/client/v3/account/whoami`, "https://cdn.example/abc"])
        assert.equal(access?.headers(new URL(elsewhere)), null, elsewhere);
    }
    assert.equal(fileAccess("https://web.example/a.png", HS, TOKEN), null);
    assert.equal(fileAccess(`${HS}/_matrix/client/v3/sync`, HS, TOKEN), null);
  });
});
