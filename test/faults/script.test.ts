import assert from "node:assert/strict";
import { it } from "node:test";
import { Script } from "./script.ts";

const round = (first: number) => [
  `say ${first}`,
  `say ${first + 1}`,
  `edit ${first + 1}`,
  `react ${first + 1}`,
  `say ${first + 2}`,
  `delete ${first + 2}`,
  `say ${first + 3}`,
  `react ${first + 3}`,
  `unreact ${first + 3}`,
];

void it("everybody goes through the same deeds, each about a message that was said in this round", () => {
  const script = new Script<number>();
  let said = 0;
  const deeds = Array.from({ length: 18 }, () => {
    const { deed, of, done } = script.next();
    if (deed === "say") done((said += 1));
    return `${deed} ${of ?? said}`;
  });
  assert.deepEqual(deeds, [...round(1), ...round(5)]);
});

void it("what is about a message of which nobody knows whether it was said is left out", () => {
  const script = new Script<number>();
  const deeds = Array.from({ length: 5 }, () => {
    const { deed, done } = script.next();
    done(null);
    return deed;
  });
  assert.deepEqual(deeds, ["say", "say", "say", "say", "say"]);
});
