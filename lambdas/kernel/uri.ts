/** RFC 3986, 2: what a URI is written with; no blank, double quotation mark, backslash, control or other than ASCII. */
export const URI_CHARACTERS = /^[\w\-.~:/?#[\]@!$&'()*+,;=%]+$/;
