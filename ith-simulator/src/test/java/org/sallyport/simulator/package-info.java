/** The stand-in is strict, as the gateway's tests rely on: it is given what is against the contract. */
@NullMarked
package org.sallyport.simulator;

import org.jspecify.annotations.NullMarked;
