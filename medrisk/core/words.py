"""Words that stand on medication lists and are no drugs: kept out of spelling correction and out of short brand names.

These are words of the language and of charts, not clinical facts; drug names live in ``data/formulary``.
"""

from __future__ import annotations

# Words that follow an ingredient's name and belong to it: salts, esters, hydrates (RxNorm's precise ingredients).
SALT_WORDS = frozenset("""
acetate adipate anhydrous ascorbate aspartate axetil benzoate besilate besylate bisulfate bitartrate bromide butyrate
calcium camsylate carbonate chloride cilexetil citrate cypionate decanoate diacetate dihydrate dihydrochloride dimesylate
dinitrate dipropionate disodium disoproxil dipivoxil edisylate enanthate erbumine estolate esylate ethylsuccinate etexilate
fumarate furoate gluconate glycinate hbr hcl hcl. hemihydrate hyclate hydrobromide hydrochloride hydroxide isethionate lactate
lactobionate lysine magnesium malate maleate medoxomil mesilate mesylate mofetil monohydrate monosodium mononitrate mucate na
napsylate nitrate olamine oxalate oxide palmitate pamoate phosphate pivoxil polistirex potassium propionate proxetil
salicylate sesquihydrate sodium stearate strontium succ succinate sulfate sulphate tartrate tetrahydrate tosylate trihydrate
tromethamine trometamol undecanoate valerate xinafoate zinc alafenamide arginine meglumine hemisuccinate
acetonide hexacetonide sod phos vac polyvalent phenylpropionate tart succ. chl bicarb gluc sulf
""".split())  # fmt: skip

# Words that describe a product and never name one.
PRODUCT_WORDS = frozenset("""
aerosol ampoule ampoules ampul applicator application bag blister bottle box cap caplet caplets caps capsule capsules carton
chewable chewables chew coated compound concentrate cr cream crystals delayed delayed-release depot device diskus disp dispersible
dose doses dosepak dosing dr drip drop drops ds ec elixir emulsion enema enteric er es evohaler accuhaler extended extra extended-release
extract film flexpen forte foam gel granules gran gtt gtts gum gummies gummy hfa implant infusion inhalation inhaler inhalers inj
injectable injection insert jelly kit kwikpen la liquid long-acting lotion lozenge lozenges maximum mdi mist modified mouthwash mr nasal
neb nebs nebule nebules nebuliser nebulizer odt oil ointment oint oral orally oph ophth ophthalmic otic pack package packet packets pak
paste patch patches pen pens pessary pill pills powder prefilled preparation preservative pump release respimat retard rinse sachet
sachets sa shampoo single sl soln solostar solution solutab soltab spray sprays sr strength strip strips suppository suppositories
susp suspension sustained syringe syrup tab tablet tablets tabs tbs td topical transdermal tube turbohaler tts unit-dose vaginal vial
vials wafer xl xr xt zydis ellipta handihaler flexhaler redihaler junior infant infants children childrens adult adults regular sugar free low
strength double triple maximum plus daily weekly
""".split())  # fmt: skip

# Words of directions, of charts and of the language.
COMMON_WORDS = frozenset("""
a able about above abdominal accident according active activity actual acute added addition additional adherence administer
administered adverse advice advised after afternoon again age ago air alcohol all allergic allergies allergy almost alone along already also
alternate although always am amount an and anemia anaemia ankle another anti antibiotic antibiotics any anxiety anything appear appears
applied apply appointment appointments appropriate arm arms around arrival arthritis as asked assessment assistance asthma at attached
available avoid awake away back bad balance basis bath be because become bed bedtime been before began begin beginning begun being
below better between bilateral birth bleeding blood blue body bone both bowel breakfast breath breathing brown bruising burning but
buy by calf call calls can cancer cannot cant care carer caution cause caused causes centre center change changed changes charge
chart chest child chocolate cholesterol chronic class clear clinic clinical coffee cold come comes comment comments complain complains complaint
complaints complete completed completely concern concerned condition conditions confirm confusion congestion consider consult contact
continue continued continues control cough could course cramp cramping cramps crush cup current currently cut cycle daughter day
days dc dcd dead dear decrease decreased delivered denied denies deny department dependence dependency depression dermatitis details diabetes diabetic
diagnosis dialysis diet different difficulty digestion dinner directed direction directions discharge discharged discomfort discontinue discontinued
discuss discussed disease dispense dispensed disp divided dizziness dizzy do doctor doctors does doing done dont dosage dosages down dr drink
drinks drive drug drugs dry due during duration dyslipidemia each ear early ears eat eczema edema either else emergency empty end ended energy
enough er especially estimated etc evening evenings ever every everyday exam except excess exercise experience explained eye eyelid eyes face
failed failure fall falls family fasting father fatigue feel feeling feels feet female fever few fill filled final find fine finger fingers
finish finished first five flare flares flu fluid fluids folate follow followed following follow-up food foods foot for former
forms found four frequency frequent fri friday from full further gave general generic get gets getting give given gives glass glasses glaucoma glucose go goes going good
got gp gradual gradually gram grams green group growth had hair half hand handle hands has have having he head headache headaches health hear
heard heart heartburn heat height held help helps her herbal here high higher him his history hives hold holding home hospital hospitalization hot hour
hourly hours house how however hrs husband hypertension if ill illness immediately importance improve improved improvement in include includes
including increase increased indicated indication indications infection inflammation information inhale inhaled initial insomnia insert inside instead
instructed instruction instructions insurance intake interaction interval into intolerance intolerances inventory iron is issue issues it itch itching
items its itself jan january feb february mar march apr april may june jun jul july aug august sep sept september oct october nov november dec december
joint joints just keep kept kidney knee know known knows lab labs large last lasts later latex leave left leg legs less level levels light like limit line lips list listed
lists little liver living local long longer look looks loose loss lot low lower lunch lung made mail main maintenance make makes male man
management many mane max maximum may maybe me meal meals mean means med medical medication medications medicine medicines meds members men mental menstrual mention
method mg mcg mid middle midday might mild milk minute minutes miss missed mix mixed mixture ml moderate moderately mom mon monday month monthly months mood more
morning mornings most mother mouth move moving mr mrs ms much multiple muscle muscles must my nail nails name named names narrow nausea near neck need needed
needs negative nerve nervous neuropathy never new next night nightly nightmares nights nightmare nil nite no nocte noise non none noon normal nose nostril nostrils not
note noted notes nothing now number numbness nurse obtained occasional occasionally occur off office often ok old on once one ongoing only onto open option or
orange order ordered orders other others otherwise our out outpatient inpatient outside over overdose own oxygen page pain painful pains palpitations part parents
partial past patient patients pending per percent perhaps period periods persist persistent pharmacist pharmacy phone physical physician pink place
placed placebo plan planned plans please point poor poorly positive possible post potential prep prepare prescribe prescribed prescriber prescribing prescription prescriptions present
pressure prevent prevention previous previously prior private prn problem problems procedure product products profile program prophylaxis protocol provide provided
provider purple purpose put qd qhs qid quantity question questions quickly quit raise rapid rare rarely rash rate rather reaction reactions ready reason
reasons receive received recent recently recommend recommended reconcile reconciliation red reduce reduced reduction refill refills reflux refractory refuse refused refuses regarding
regards regimen related relief relieve remain remains remember removed repeat repeated replace replaced report reported reports request require required rescue reserve response
rest restart restarted restless result results resume return review reviewed rheumatoid right rinse risk room root route routine run rx safe same sat satisfactory saturday say says
scale schedule scheduled script scripts season seasonal second section see seem seems seen seizure seizures self sensor separate serious service serum
service set severe severity shake she shop short shortness should shoulder show sick side since sinus sister skin sleep slept sliding slightly slow slowly small
smoker smoking snack so social some someone something sometimes son soon sore sort spacer spasm spasms special specialist specialty spine spouse stable stage start
started starting starts stat state status stay steroid steroids still stomach stool stools stop stoped stopped stopping strength stress stroke strong study stuff style
substitute substitution such suggest suggested sulfa sun sunday supper supplement supplements supply support sure surgery swallow swelling swollen symptom symptoms system table
take taken takes taking talk taper tapered tapering target tbsp tea teaspoon teaspoons tell temperature ten test tests than thank thanks that the their them then
therapy there these they thigh thin thing things think thinner third this those though three throat through throughout thu thursday thus thyroid
tid time times timing tired to today toe toes together told tolerate tolerated tomorrow tonight too took top total toward transplant treat treated treatment trial
tremor tried trouble try trying tsp tue tuesday twice twitching two type ulcer under understand undergo unable unit units unknown unless unlike until up
upon upper upset urgent urinary urination urine usage use used user uses using usual usually vaccine vaccines value variable various very via visit vision visits vitals
vitamin vitamins volume vomiting waiting wake wakes walk walking want wants warm was wash water way weak weakness weaned wear wed wednesday week weekly weeks
weight well went were what wheeze wheezing when whenever where which while white whole why wife will wine wish with within without woman women word work
working works worse worsening would wound wrist year years yellow yes yesterday yet you your yr yrs
appetite bladder bpm bmi bp brother cabg chf ckd copd cpap dob dvt ekg ecg ent etoh fbs fh gerd gi gu gyn heent hpi hr hs htn icd icu iddm niddm mi mri
nka nkda nsaid nsaids otc ot pcp pe pmh pe pt psh pvd rn ros sob soc stent temp tia tobacco uti wbc wt ht o2 sat sats spo2 ppd mvp
allergen angina appendectomy arrhythmia arterial artery atrial cardiac cardiology cardiologist cellulitis cervical cirrhosis claudication coronary cramped
degenerative dementia disorder diverticulitis dysfunction dyspepsia dysphagia endoscopy epilepsy erectile fibrillation fibromyalgia fracture gastritis gastric
gout hyperlipidemia hypercholesterolemia hypothyroidism hypothyroid hyperthyroidism injury lumbar lupus menopause migraine migraines nephropathy neuralgia neuralgias neurology
neurologist obesity osteoarthritis osteoporosis osteopenia pneumonia psoriasis rehabilitation renal retinopathy rhinitis sciatica sclerosis sinusitis
spinal stenosis stones surgical syndrome tendonitis thrombosis tumor ulcers vertigo vascular
bloating compliance compliant container dispensing equipment glucometer lancet lancets needle needles swab swabs stocking stockings walker wheelchair dressing dressings
bandage gauze gloves meter monitor machine mask tubing strips supplies
anticoagulant antidepressant antihypertensive anti-inflammatories anti-inflammatory beta-blocker blocker diuretic diuretics laxative laxatives statin statins thinners inhalers painkiller painkillers
antacid antacids antihistamine antihistamines sedative sedatives narcotic narcotics opioid opioids hormone hormones
purpose benign essential mixed primary secondary subjective objective historical taking provider
onc oncology hem hematology ophthalmology urology psychiatry pediatric geriatric discharge admission admitted transferred
caffeine-free decaf bread butter juice grapefruit banana salt sauce cereal yogurt shake ensure boost glucerna
mother's father's sister's brother's aunt uncle grandmother grandfather cousin daughter's son's wife's husband's
abnormal aldosterone cortisol creatinine hemoglobin hematocrit platelet platelets troponin bilirubin albumin protein ferritin
pathology biopsy imaging ultrasound scan xray x-ray x-rays contrast
experiencing interval irritative compounded compound attached several similar therapeutic nda ac correction corrections
inr tsh goal target trough peak hba1c investigational blinded prediabetes prediabetic meantime meanwhile salt sugar peanut egg eggs soy gluten correct scale voiding diaries libido decreased unknown fabricated interesting
""".split())  # fmt: skip

NON_DRUG_WORDS = COMMON_WORDS | PRODUCT_WORDS

# A drug word before one of these is not something the patient takes ("lithium level", "insulin pump", "iron deficiency").
NOT_TAKEN_AFTER = frozenset("""
deficiency deficient level levels lvl resistance resistant dependency dependence dependent withdrawal toxicity intolerance allergy allergies
allergic pump pumps syringe syringes needle needles pen-needles strips test tests testing assay concentration abuse misuse use-disorder
swab swabs pads wipes overload excess stores studies saturation sat infusion-set screen screening content intake binding antibody antibodies
measurement trough peak goal anemia anaemia virus infection exposure naive sensitivity nephropathy myopathy overdose retention restriction score
""".split())  # fmt: skip

# Names that are drugs only when a dose, a list item or "takes" makes them so: they are also foods, labs and body salts.
EVERYDAY_SUBSTANCES = frozenset("""
potassium magnesium calcium sodium iron zinc glucose dextrose oxygen alcohol ethanol nicotine phosphate phosphorus bicarbonate
chloride copper selenium iodine iodide cannabis marijuana creatinine albumin urea insulin testosterone
estrogen progesterone cortisol lithium ammonia cholesterol thyroid honey ginger garlic turmeric lactose histamine digoxin
""".split())  # fmt: skip

# Names that say of which kind a drug is and not which one: a code beside them that names one of the kind says no other thing.
NAMES_OF_A_KIND = frozenset({"insulin"})

# Words that only direct how a drug is taken: none of them says that it is stopped, planned or an allergy, and none is a
# name that could be misspelt. A line that holds a known name and these alone needs no closer look.
PLAIN_DIRECTIONS = frozenset("""
mg mcg g gm ml meq mmol units unit iu u tab tabs tablet tablets cap caps capsule capsules caplet caplets pill pills puff puffs drop drops
spray sprays patch po by mouth orally oral iv im sc sq subq pr qd qod qid tid bid qhs qam qpm hs od bd tds qds om nocte mane prn daily
nightly weekly monthly once twice three four times a per day week every each other in the morning mornings evening evenings night nights at bedtime
with food meals breakfast dinner lunch supper before after as needed required directed for er xr xl sr cr la dr ec mr odt hfa
inhaler take one two half hour hours h q am pm noon x release extended delayed
""".split())  # fmt: skip
