/** Tests of when a study is complete. */
@NullMarked
package org.sallyport.gateway.tracker.internal;

import org.jspecify.annotations.NullMarked;
