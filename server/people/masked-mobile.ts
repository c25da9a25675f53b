/** `138****0000`: enough to tell two numbers apart, not enough to call. */
export function maskMobile(mobile: string): string {
  return mobile.length < 8 ? '****' : `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}

/** A typed text with every mobile number in it masked. */
export function hideMobiles(text: string): string {
  return text.replace(/(?<!\d)1\d{10}(?!\d)/g, maskMobile);
}
