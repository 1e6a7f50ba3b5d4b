/** Commands as a member's Discord client shows them: in its language, where the bot gave words for it. */

/** A command or option with its `label` and description; what is sent is still its `name`. */
export function localised(named, locale) {
  const { name, description, options, choices } = named;
  return {
    ...named,
    label: named.name_localizations?.[locale] ?? name,
    description: named.description_localizations?.[locale] ?? description,
    ...(options && { options: options.map((option) => localised(option, locale)) }),
    ...(choices && { choices: choices.map((choice) => ({ ...choice, name: choice.name_localizations?.[locale] ?? choice.name })) }),
  };
}

/** What may be typed for it: as in Discord, its name in the member's language, or the one it was registered with. */
export function namesOf({ name, label }) {
  return label === name ? [name] : [label, name];
}

export function languageName(locale) {
  return new Intl.DisplayNames(["en"], { type: "language" }).of(locale);
}
