/** Size of the picture, in pixels; a row of 24-bit pixels is then a multiple of four bytes, as BMP wants it. */
const WIDTH = 64;
const HEIGHT = 48;
const HEADER_BYTES = 54;

/** Blue, green, red. */
type Colour = readonly [number, number, number];

const SIGN_IN: Colour = [0xd7, 0x78, 0x00];
const NOTHING: Colour = [0, 0, 0];
const CLOCK: Colour = [0xff, 0xff, 0xff];

/** The screen of a VM as an uncompressed BMP: the sign-in screen with its clock, or black where it is off. */
export function screenshotOf(isOn: boolean): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.alloc(HEADER_BYTES + WIDTH * HEIGHT * 3);
  bytes.write("BM");
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(HEADER_BYTES, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(WIDTH, 18);
  bytes.writeInt32LE(HEIGHT, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  bytes.writeUInt32LE(bytes.length - HEADER_BYTES, 34);
  for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
    bytes.set(colourAt(pixel, isOn), HEADER_BYTES + pixel * 3);
  }
  return new Uint8Array(bytes);
}

/** BMP's rows go from the bottom up. */
function colourAt(pixel: number, isOn: boolean): Colour {
  const column = pixel % WIDTH;
  const row = Math.floor(pixel / WIDTH);
  if (!isOn) {
    return NOTHING;
  }
  return row >= 8 && row < 14 && column >= 6 && column < 26 ? CLOCK : SIGN_IN;
}
