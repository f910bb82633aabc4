/** Tests of the ZIP form of a study. */
@NullMarked
package org.sallyport.gateway.api.node;

import org.jspecify.annotations.NullMarked;
