/** Holds the gateway's own documents to its code. No part of the kit for vendors, and not exported. */
@NullMarked
package org.sallyport.gateway.testkit.docs;

import org.jspecify.annotations.NullMarked;
