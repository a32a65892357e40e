// Shrink a photo on the phone: upright, without EXIF, light enough for bad Wi-Fi.

const LONG_SIDE = 1600;
const QUALITY = 0.85;

export const isPdf = (/** @type {File} */ file) => file.type === "application/pdf" || /\.pdf$/i.test(file.name || "");

/** A JPEG of at most 1,600 px on its long side. A PDF or an undecodable file stays as it is. */
export async function shrink(/** @type {File} */ file) {
  if (isPdf(file)) return file;
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    return (await redraw(bitmap)) || file;
  } catch {
    return file;
  } finally {
    bitmap?.close();
  }
}

/** Pixels only, without the camera's metadata (place, time, orientation). */
/** @type {(bitmap: ImageBitmap) => Promise<Blob?>} */
function redraw(bitmap) {
  const scale = Math.min(1, LONG_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.fillStyle = "white"; // a transparent screenshot would turn black
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
}
