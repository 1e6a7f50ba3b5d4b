/** The human's side of the local Discord, over HTTP. */

/** A refusal. `errors` holds what the command box shows: `[{option, message}]`. */
class ApiError extends Error {
  constructor(status, errors) {
    super(errors[0]?.message ?? `The local Discord answered with status ${status}.`);
    this.status = status;
    this.errors = errors;
  }
}

/** With a member's id, what that member sees; without, everything. */
export const fetchState = (userId = null) => request(`/human/state${userId ? `?user_id=${userId}` : ""}`);

export const fetchMessages = (channelId, userId) =>
  request(`/human/channels/${channelId}/messages?user_id=${userId}`);

export const sendMessage = (body) => request("/human/messages", body);

export const sendReaction = (body) => request("/human/messages/react", body);

export const setLocale = (body) => request("/human/locale", body);

export const sendCommand = (body) => request("/human/interactions/command", body);

export const sendAutocomplete = (body) => request("/human/interactions/autocomplete", body);

export const sendComponent = (body) => request("/human/interactions/component", body);

export const sendModal = (body) => request("/human/interactions/modal", body);

async function request(path, body) {
  const options = body && {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError(0, [{ option: null, message: "The local Discord does not answer. Is it still running?" }]);
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(response.status, refusals(answer, response.status));
  return answer;
}

function refusals(answer, status) {
  if (Array.isArray(answer?.errors) && answer.errors.length > 0) return answer.errors;
  const message = answer?.message ?? `The local Discord answered with status ${status}.`;
  return [{ option: null, message }];
}
