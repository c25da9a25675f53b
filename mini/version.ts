/** The version of this package; the server may ask people to update an old one. `npm run release:mini` writes it. */
export const version = '0.1.0';
