/** Tests of the ZIP form of a study. */
@NullMarked
package org.sallyport.gateway.api.archive;

import org.jspecify.annotations.NullMarked;
