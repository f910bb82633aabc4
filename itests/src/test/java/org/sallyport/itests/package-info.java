/** The assembled appliance, driven the way its users do, against real peers. */
@NullMarked
package org.sallyport.itests;

import org.jspecify.annotations.NullMarked;
