// Where somebody is, kept in the URL: a tab that was killed or loaded again comes back to the same place.

/** A value of the URL's query, or null. */
export const placeOf = (name) => new URLSearchParams(location.search).get(name);

/** Change values of the URL's query; null takes one out. */
export function setPlace(changes) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(history.state, "", text ? `?${text}` : location.pathname);
}
