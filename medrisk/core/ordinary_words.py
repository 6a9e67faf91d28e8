"""Words that lie one or two letters from a clinical term and mean something else.

A near misspelling is corrected ("crams" to "cramps"), but an ordinary word or a drug name never is: a
cream is no cramp, an injection no infection, an equine hormone no cauda equina. The list holds the common
English words and RxNorm names that the correction of ``medrisk.core.phrases`` would otherwise change; a
word that a user meets can be added.
"""

from __future__ import annotations

from medrisk.core.word_sets import word_set

ORDINARY_WORDS = word_set(
    """
    abused abuser abusers acting addicting addition additions adjuster aeneas aerial aerials airway alters
    amuses angles arched archer archers arching arthritic athenians attach awaken babes backed backing
    backward backyards bagger barbies bards barley beards beast beasts became belies belles bellied benigno
    benin biggar blacker blanked blanking blanks blending blends blocked blocking blocky blocs bloodied
    bloodiest blooms blown boars bodes bodie bodied bowers bowes bowles bowls braised brawn breach breaches
    breaching breadth breather breeding breeds brest bricks brings bron broods brow browne brows bruiser
    bucked bucking buckler buckley bugger buggers bulger bullies burying caches cammy camp camped camping
    camps campy cancel cancels canker cannon cannons canter carling carnal carves catcher catchers caudal
    caves chains champ champs charles charlize chars cheats checks cheeky cheers chess chiles chill chilli
    chilly chlorine choirs choker chores chorley chromic clamp clamped clamping clamps cleans cleary cleats
    climes clinch clinched clinching cloned clones cloning closer closest closet closets cloves coking
    comics compresses compressing confuses confusing contracting contraption contraptions contusion cooked
    cooking coors cradling cram crammed cramming crampex crap crapped crappy craps crawley cream creams
    create creates creating creations creative creatives creeks creep creepiest creeps crests cries crimes
    crimp crisps criss croats crouch crowns cruises crump crutch crutches culled culling curbed curbing
    cured curing curler curlers curley cursed cursing curved curving darken dawns deceased decrease
    decreases deleted deletion deletions delicious deplete depleting depresses depressing desired desiree
    deviate deviates diffused diffuser doable doubled doubly drains draws drinkin drooling dropped dropping
    droppings drops drowns drunks dystopia ealing easing eatin election elections elevate elevating enlarge
    equine erection erections estimate estimates excels executing exhausting exorcise extremist faction
    factions fallen falter falters farting feasting feller felling fending feuding fibres fibrous fidget
    fight fights filler fillers finder finders finer firearm firearms fisting fixes flasks flatter
    flattering flicked flickr franks friction fright fueling fuller genial givin glutose glycate gongs gowns
    graces grades grains grands grapes grates gratis grave gravel gravest greaves grids grindr grinning
    grins groans groves growls grows gutting hader haider halving hander handers harden hardens hardy harker
    harper harpers hating havin hazing hears hearst hearth hearty heavier heaviest heaving herder herders
    herts hoarder hoarders hordes horsey hoses houses hungary hungrier hunting hurling hurtling hustings
    incense increase increases incursion incursions infact infantis infecting infectious inflection
    infraction infractions injection injections innards jitter jitters jumpin kinney knitted lacked lacking
    langer levees levers licked licking lifers liners linger lingers liquid listing listings literal liters
    livery lives livres locke locker lockers locket lodger logger loggers loner longed looked looking loosen
    loosens looser loosing loring losses lovers loving lucked lumber makin managed manager managers mange
    maniacs manors marking markings masking massed mating mayors meena melina mendes menial mentax messed
    messes metabolism metal metals meters metre metros misled misses misused mitochondria months moors moths
    movin mowing muddle mules multiplex multiplies multiply muses needless neuro neutron neutrons neves nigh
    nightlife noctec noises norma norman normans norval notes operating oversight overused parsing passe
    passer passers passes pasted pasting paused pausing peeking peeling peeping peering peking phones pickle
    pickles pickling pinches pissed pissing pitched pluses pneumoniae polled polling ponds pound powders
    preset presets pressured prevent prevents prickly primates private probes prongs prostrate proves prunes
    puller pulley pulleys pullin pulsed pulsing punched purpurea purses racine racking radiated radiation
    raging raided raiding railed railing railings rained raines raining raiser raisers raisin raisins raking
    ramses raping raring rating ratings raving razed reals recant reduce reduces reflux regent regents
    relations relent relion rentals renting repent resent resents rheumatic riding ridings righty rinsing
    ripping risers risking roller rollers rollin rollins rowling ruining runnin rusting saddens saddled
    sages sailed sailing sailings sakes sanding sands satin sceptic sceptics scurry seating seeding seein
    seeking seeming seeping seeps selling sells semis sensed sensei setting settings sewing shades shading
    shaken shaker shakers shales shallow shallows shames shaming shapes shaping shares sharing shaves
    shaving shavings shelled shelling shells shingle shingles shipped shipping shirts shitting shootin
    shopping shores shorting shorty shots shouting shouts shucks shunting sifting sills simulating singe
    singled singlet singly sipped sipping siting sized sizes sizing skates skeptic skeptics skills skipper
    skippers slapped slates slipper slippers slipping slitting slurping smelled smelling smells smiled
    smiling snakes snaking snelling sniffs snorts soaking sodden solis sorts spam spamming spas spelled
    spelling spellings spells spills spina spiral spirals spitting spoiled spoiling spools sports spurred
    spurring stacking stacks staffs staged stags stain staines stains stakes staking stalin stalls stans
    stares stars startin stated staten static statics stating station stations stats statue statues staves
    stayin stems stepping stick sticky stiles stilts stimulation stinking stinks stipulating stirs stocking
    stockings stocks stoke stokes stomping stomps stooping stoops strained stranding strands stratus
    stretcher stretchers stretchy strider strike strikes strobe strode stroked strove struggled stuffs sucks
    sugary suppressing surry swearing swears sweeping sweeps sweets sweety swell tangle tangles tapped
    teases tended tenner tensed tenths threat threats threes throw throws thumps tighter tinder tinge
    tinkling tires titanic toiled tongued traces tracks trailing traits trapper trappers treble tremblay
    trevor trimble tripped troubled trusting tudors tuned tuning turing turner turners turnin tutors twist
    twister twisters twisty uribe usable varies venus verdes verges verses vials vices vitals voiced vries
    waders wading wafers wagers waging waists waiters walling walters waning wanking wants waring watters
    waving waxing weaken weakened weakens wearer wearers weaver weavers weeding week weeks weeping welker
    whales wheeling whines whiten whiter whitest whitey wiles wining wipers wiring woking womens wording
    workin worsen worsens wrenches wretched writes writs
    """
)
