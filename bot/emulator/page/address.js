/** Who speaks and which channel is open, as the page's address tells: `/?as=ada#videos`. */

const FIRST_CHANNEL = "videos";

export function userInAddress({ users }) {
  const name = new URLSearchParams(location.search).get("as");
  return (users.find(({ username }) => username === name) ?? users[0]).id;
}

export function channelInAddress({ visibleChannels }) {
  const named = (wanted) => visibleChannels.find(({ id, name }) => id === wanted || name === wanted);
  const channel = named(decodeURIComponent(location.hash.slice(1))) ?? named(FIRST_CHANNEL) ?? visibleChannels[0];
  return channel.id;
}

export function setAddress({ me, channel }) {
  const address = new URL(location.href);
  address.searchParams.set("as", me.username);
  address.hash = channel.name ?? channel.id;
  history.replaceState(null, "", address);
}
