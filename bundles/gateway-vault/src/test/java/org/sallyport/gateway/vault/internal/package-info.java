/** Tests of keys, pseudonyms, sealed identity and audit. */
@NullMarked
package org.sallyport.gateway.vault.internal;

import org.jspecify.annotations.NullMarked;
