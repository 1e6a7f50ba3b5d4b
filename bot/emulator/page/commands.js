/** Slash commands as data: what can be invoked, and what a typed line means. Knows nothing of the page. */

import { namesOf } from "./localise.js";

export const OptionType = {
  SUBCOMMAND: 1, GROUP: 2, STRING: 3, INTEGER: 4, BOOLEAN: 5,
  USER: 6, CHANNEL: 7, ROLE: 8, MENTIONABLE: 9, NUMBER: 10, ATTACHMENT: 11,
};

/**
 * Every command and subcommand a member can call: `{name, path, aliases, description, options}`. The `name`
 * is in the member's language, `path` has the registered names, `aliases` all names each part of it has.
 */
export function invocationsOf(commands) {
  return commands.flatMap((command) => expand(command, [])).sort((a, b) => a.name.localeCompare(b.name));
}

function expand({ options = [], ...command }, parents) {
  const parts = [...parents, command];
  const nested = options.filter(({ type }) => type === OptionType.SUBCOMMAND || type === OptionType.GROUP);
  if (nested.length > 0) return nested.flatMap((option) => expand(option, parts));
  return [{
    name: parts.map(({ label }) => label).join(" "),
    path: parts.map(({ name }) => name),
    aliases: parts.map(namesOf),
    description: command.description,
    options,
  }];
}

/** What the list under a typed `/vid` offers: names that begin so first, then names that contain it. */
export function suggestInvocations(invocations, line) {
  const typed = line.slice(1).toLowerCase().replace(/\s+/g, " ").trimStart();
  const beginning = invocations.filter((each) => lines(each).some((name) => name.startsWith(typed)));
  const others = invocations.filter((each) => !beginning.includes(each));
  return [...beginning, ...others.filter((each) => lines(each).some((name) => name.includes(typed)))];
}

/** The ways to type a command in one language. */
function lines({ name, path }) {
  return [name, path.join(" ")];
}

/** The command a line names in full, or undefined: `/queue`, but not `/que`. */
export function exactInvocation(invocations, line) {
  return invocations.find((invocation) => new RegExp(`${beginningOf(invocation)}\\s*$`).test(line));
}

/**
 * Read `/video a red circle seconds:2 seed:5`: returns `{invocation, values, rest}`, where `values`
 * maps option names to text and `rest` is text no option can take; null while no command is complete.
 */
export function parseLine(invocations, line) {
  const invocation = [...invocations]
    .sort((a, b) => b.name.length - a.name.length)
    .find((each) => new RegExp(`${beginningOf(each)}\\s`).test(line));
  if (!invocation) return null;
  const prefix = new RegExp(`${beginningOf(invocation)}\\s+`);
  const { text, named } = splitNamed(line.replace(prefix, ""), invocation.options);
  const values = new Map(named);
  const target = text && mainTextOption(invocation.options, values);
  if (target) values.set(target.name, text);
  return { invocation, values, rest: target ? "" : text };
}

function beginningOf({ aliases }) {
  return `^/${aliases.map((names) => `(?:${names.map(escaped).join("|")})`).join("\\s+")}`;
}

/** Split off the `name:value` pairs: `{text, named: [[name, value], …]}`. */
export function splitNamed(line, options) {
  if (options.length === 0) return { text: line.trimEnd(), named: [] };
  const known = new Map(options.flatMap((option) => namesOf(option).map((name) => [name, option.name])));
  const names = [...known.keys()].map(escaped).join("|");
  const parts = line.split(new RegExp(`(?:^|(?<=\\s))(${names}):`, "u"));
  const named = [];
  for (let i = 1; i < parts.length; i += 2) named.push([known.get(parts[i]), parts[i + 1].trim()]);
  return { text: named.length > 0 ? parts[0].trimEnd() : parts[0], named };
}

/**
 * The option that takes text typed without a name: the first required string, else the first string;
 * undefined where it is among the `taken` names.
 */
export function mainTextOption(options, taken) {
  const strings = options.filter(({ type }) => type === OptionType.STRING);
  const main = strings.find(({ required }) => required) ?? strings[0];
  return main && !taken.has(main.name) ? main : undefined;
}

/** The `options` of an interaction; `values` maps names to what was typed or picked. */
export function toOptions(invocation, values, focused = null) {
  const options = invocation.options
    .filter(({ name }) => values.has(name))
    .map((option) => ({
      name: option.name,
      type: option.type,
      value: coerce(option, values.get(option.name)),
      ...(option.name === focused && { focused: true }),
    }));
  // a subcommand wraps its options; a group wraps its subcommand
  return invocation.path.slice(1).reduceRight(
    (inner, name, index, { length }) => [
      { name, type: index === length - 1 ? OptionType.SUBCOMMAND : OptionType.GROUP, options: inner },
    ],
    options,
  );
}

/** What was typed, as the type the option wants where it reads so; else as it is, to be refused. */
function coerce({ type, choices = [] }, value) {
  if (typeof value !== "string") return value;
  const typed = value.toLowerCase();
  const choice = choices.find((each) => each.name.toLowerCase() === typed || String(each.value) === value);
  if (choice) return choice.value;
  if (type === OptionType.INTEGER || type === OptionType.NUMBER) {
    return value.trim() !== "" && Number.isFinite(Number(value)) ? Number(value) : value;
  }
  if (type === OptionType.BOOLEAN) return { true: true, yes: true, false: false, no: false }[typed] ?? value;
  if (type >= OptionType.USER && type <= OptionType.MENTIONABLE) return value.replace(/^<[@#][!&]?(\d+)>$/, "$1");
  return value;
}

function escaped(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
