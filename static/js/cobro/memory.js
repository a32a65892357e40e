// What is being filled in for a bill, kept on the device for a night: the fields, and the photo.

import { now } from "../lib/server-time.js";
import { local, shelf } from "../lib/storage.js";

const KEPT_FOR = 12 * 60 * 60000;
const onShelf = shelf("comanda.cobro", "fotos");

/**
 * The memory of the bill of a `name`. The next guests at the same table have other orders, of which `ids()` tells: they
 * find an empty form.
 * @type {(name: string, ids: () => string[]) => ChargeMemory}
 */
export function createMemory(name, ids) {
  /** @type {Promise<void>} */
  let written = Promise.resolve();
  const isOurs = (kept) => Boolean(kept) && now() - kept.at < KEPT_FOR && ids().some((id) => kept.ids.includes(id));
  const stamped = (/** @type {object} */ state) => ({ ...state, ids: ids(), at: now() });
  return {
    read() {
      try {
        const kept = JSON.parse(local.read(name) ?? "null");
        return isOurs(kept) ? kept : null;
      } catch {
        return null;
      }
    },
    write: (state) => local.write(name, state && JSON.stringify(stamped(state))),
    /** The photo that was kept with this id: the one before it may be there still. */
    async readPhoto(id) {
      const kept = await onShelf("readonly", (all) => all.get(name));
      if (isOurs(kept) && kept.id === id) {
        return { file: new File([kept.bytes], kept.file, { type: kept.type }), takenAt: kept.takenAt,
          isWhole: Boolean(kept.isWhole) };
      }
      if (kept) await onShelf("readwrite", (all) => all.delete(name));
      return null;
    },
    /** Keep a photo, `isWhole` until it is made small; null deletes. The last call counts. */
    writePhoto(file, { id, takenAt = null, isWhole = false } = {}) {
      const write = async () => {
        // Bytes, not a Blob: some WebKits lose the Blobs that they store.
        const bytes = await file?.arrayBuffer();
        const kept = bytes && stamped({ name, id, bytes, file: file.name, type: file.type, takenAt, isWhole });
        await onShelf("readwrite", (/** @type {IDBObjectStore} */ all) => (kept ? all.put(kept) : all.delete(name)));
      };
      written = written.then(write, write);
      return written.catch(() => { /* a file that can't be read is not kept */ });
    },
  };
}
