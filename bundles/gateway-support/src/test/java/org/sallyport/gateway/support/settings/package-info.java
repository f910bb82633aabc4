/** Tests of how configurations are checked. */
@NullMarked
package org.sallyport.gateway.support.settings;

import org.jspecify.annotations.NullMarked;
