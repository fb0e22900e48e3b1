/** The ASN.1 part of node-forge, which can be loaded alone. */
declare module 'node-forge/lib/asn1.js' {
  import { asn1 } from 'node-forge';

  export = asn1;
}
