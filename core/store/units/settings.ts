/** Facts of the whole gateway, shared by all its processes. */
import { statement } from "../statement.ts";
import { first, only, type Unit } from "../unit.ts";

const addSetting = statement<{ name: string; value: Uint8Array }>("settings.addSetting")((db, { p }) =>
  db
    .insertInto("setting")
    .values({ name: p.name, value: p.value })
    .onConflict((conflict) => conflict.doNothing()),
);
const findSetting = statement<{ name: string }>("settings.findSetting")((db, { p }) =>
  db.selectFrom("setting").select("value").where("name", "=", p.name),
);
const updateSetting = statement<{ name: string; before: Uint8Array; value: Uint8Array }>(
  "settings.updateSetting",
)((db, { p }) =>
  db
    .updateTable("setting")
    .set({ value: p.value })
    .where("name", "=", p.name)
    .where("value", "=", p.before)
    .returning("name"),
);

/** A fact of the whole gateway: the one that stands, or else `value`, which stands from now on. */
export function* settle(input: { name: string; value: Uint8Array }): Unit<Uint8Array> {
  yield* first(addSetting, input);
  return yield* readSetting(input.name);
}

/** The fact that stands, which must have been settled before. */
export function* readSetting(name: string): Unit<Uint8Array> {
  return (yield* only(findSetting, { name })).value;
}

/** Puts `value` in the place of `before`. False, and nothing changed, where another process was first. */
export function* replaceSetting(input: {
  name: string;
  before: Uint8Array;
  value: Uint8Array;
}): Unit<boolean> {
  return (yield* first(updateSetting, input)) !== undefined;
}
