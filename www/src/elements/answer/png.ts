/** A canvas as PNG; refused where that would be noise. */
export async function png(canvas: HTMLCanvasElement): Promise<Blob> {
  if (isGarbled()) {
    throw new Error('This browser protects you from fingerprinting by garbling all pictures that pages make: the PNG would be noise.');
  }
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob) throw new Error('This browser could not make a PNG of the chart.');
  return blob;
}

/**
 * Whether the browser gives something else than what was drawn, as Firefox does with `privacy.resistFingerprinting`, and Tor. Others
 * change the last bits of some pixels, which nobody sees.
 */
function isGarbled(): boolean {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [16, 16];
  const context = canvas.getContext('2d');
  if (!context) return false;
  const drawn = [10, 103, 92, 255];
  context.fillStyle = `rgb(${drawn.slice(0, 3)})`;
  context.fillRect(0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value, i) => Math.abs(value - (drawn[i % 4] ?? 0)) > 8);
}
