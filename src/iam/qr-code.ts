/** QR codes (ISO/IEC 18004) for virtual MFA devices: byte mode and error correction level L. */

/** Readers accept any mask; comparing the eight masks takes longer than the rest of the call. */
const MASK = 0;
const MAX_VERSION = 20;

/** The modules of a symbol, row by row; true is dark. Throws RangeError for more than 858 bytes (version 20). */
export async function qrModules(text: string): Promise<readonly (readonly boolean[])[]> {
  const { encode } = await import('uqr');
  const options = { ecc: 'L', boostEcc: false, maskPattern: MASK, maxVersion: MAX_VERSION, border: 0 } as const;
  return encode([...Buffer.from(text)], options).data;
}
